import type { ErrorCode, RunSummary, StateFinding } from '@orch/core';
import { isOrchError } from '@orch/core/author';
import { forgottenAttempts } from '@orch/plugin-command';
import { withPasswordHint } from '../backend/backend-place.ts';
import type { BackendPlace } from '../backend/backend-place.ts';
import { recoverCommand, runFlags } from '../recover-command.ts';
import { openSession } from '../session.ts';
import type { Session } from '../session.ts';
import { formatDuration } from '../view/text.ts';
import type { Check } from './check.ts';
import { withRemovals } from './state-folder.ts';

export interface Examination {
  readonly stateDir: string | undefined;
  /** The state folder is there. */
  readonly isThere: boolean;
  readonly asked: readonly BackendPlace[];
  /** Names of all that runs of the state folder may be in. */
  readonly known: readonly string[];
}

export interface Examined {
  readonly runs: number;
  readonly checks: readonly Check[];
}

/** Looks at each run of the backends. */
export async function examineBackends({ stateDir, isThere, asked, known }: Examination): Promise<Examined> {
  const listed = new Set<string>();
  const unasked = new Set(known);
  const checks: Check[] = [];
  const findings: StateFinding[] = [];
  let runs = 0;
  for (const at of asked) {
    if (at.name === 'json' && !isThere) continue;
    const found = await examineOne(at, stateDir, listed);
    findings.push(...found.findings);
    runs += found.runs;
    if (found.isAway) continue;
    unasked.delete(at.name);
    checks.push({ ok: `the backend ${at.name} can be read` });
  }
  // The attempts of a run whose journal is in another backend are beside those of the others, in a folder without a journal.
  const others = findings.filter(
    ({ code, run = '' }) => code === 'ORCH_STATE_FOREIGN' && (unasked.size > 0 || listed.has(run)),
  );
  const own = findings.filter((finding) => !others.includes(finding));
  return { runs: runs - others.length, checks: [...own.map((finding) => ({ finding })), ...checks] };
}

interface ExaminedBackend {
  readonly runs: number;
  readonly findings: readonly StateFinding[];
  readonly isAway: boolean;
}

/** Adds the runs that are there to `listed`. */
async function examineOne(
  at: BackendPlace,
  stateDir: string | undefined,
  listed: Set<string>,
): Promise<ExaminedBackend> {
  await using session = await openSession({ stateDir, at });
  const { orchestrator } = session;
  const findings: StateFinding[] = [];
  session.listener = { event: () => {}, note: (text) => void findings.push(unsafe(text)) };
  try {
    findings.push(
      ...withRemovals(session.place.directory, await orchestrator.check()).map((it) => withFlags(it, session)),
    );
    const runs = new Set(
      findings.flatMap(({ run, severity }) => (run === undefined || severity === 'note' ? [] : [run])),
    );
    // What a list has to leave out is a finding already.
    for await (const run of orchestrator.list({ onUnreadable: () => {} })) {
      runs.add(run.runId);
      listed.add(run.runId);
      findings.push(...fromTheFuture(run, Date.now()), ...(await attemptFindings(session, run.runId)));
    }
    return { isAway: false, runs: runs.size, findings };
  } catch (thrown) {
    const error = withPasswordHint(at, thrown);
    if (!isOrchError(error)) throw error;
    const { code, message, hint } = error;
    const what = { code: code as ErrorCode, severity: 'error' as const, message: `${at.name}: ${message}` };
    return { isAway: true, runs: 0, findings: [...findings, { ...what, ...(hint === undefined ? {} : { hint }) }] };
  }
}

/** A backend does not know which command line finds the run from here. */
function withFlags(finding: StateFinding, session: Session): StateFinding {
  const { hint, run } = finding;
  if (run === undefined || hint?.endsWith(`orch recover ${run}`) !== true) return finding;
  return { ...finding, hint: `${hint}${runFlags(session)}` };
}

/** What a backend warns of when it is opened: how its server is set up. */
function unsafe(text: string): StateFinding {
  const message = text.replace(/^warning: /, '');
  return { code: 'ORCH_BACKEND_SETTINGS', severity: 'warning', message };
}

/** Less is what two machines may differ by. */
const mostAheadMs = 60_000;

/** Leases of other hosts, and waits for a time, count by this clock. */
function fromTheFuture({ runId, updatedAt }: RunSummary, now: number): readonly StateFinding[] {
  const aheadMs = updatedAt - now;
  if (aheadMs <= mostAheadMs) return [];
  return [
    {
      code: 'ORCH_HOST_LIMITED',
      severity: 'warning',
      run: runId,
      message: `its last change lies ${formatDuration(aheadMs)} ahead of this machine's clock.`,
      hint: 'Set the clock (timedatectl): waits for a time and leases of other hosts count by it.',
    },
  ];
}

async function attemptFindings(session: Session, runId: string): Promise<readonly StateFinding[]> {
  const { orchestrator, place } = session;
  const readKeys = async (): Promise<ReadonlySet<string>> => {
    const keys = new Set<string>();
    for await (const event of orchestrator.events(runId)) if (event.type === 'phase.started') keys.add(event.key);
    return keys;
  };
  try {
    const forgotten = await forgottenAttempts(place.directory, runId, readKeys);
    return forgotten.map((file) => ({
      code: 'ORCH_STATE_ATTEMPT',
      severity: 'note',
      run: runId,
      file,
      message: `${file}.* are files of an attempt that the journal does not know: its end was lost, or they were copied here.`,
      hint: `The next take-up ends what still runs of it: ${recoverCommand(runId, session)}`,
    }));
  } catch (error) {
    // A journal that can't be read is a finding already.
    if (isOrchError(error)) return [];
    throw error;
  }
}
