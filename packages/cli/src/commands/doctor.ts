import { accessSync, constants, statSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { orchVersion } from '@orch/core';
import type { ErrorCode, StateFinding } from '@orch/core';
import { isOrchError } from '@orch/core/author';
import { forgottenAttempts } from '@orch/plugin-command';
import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { withPasswordHint } from '../backend/backend-place.ts';
import { backendsToSearch } from '../backend/choose-backend.ts';
import { knownBackendFindings } from '../backend/known-backends.ts';
import { recoverCommand, runFlags } from '../recover-command.ts';
import { openSession } from '../session.ts';
import type { Session, SessionOptions } from '../session.ts';
import { findStatePlace } from '../state-place.ts';
import type { StatePlace } from '../state-place.ts';
import { endWhenReaderLeaves, print } from '../streams.ts';
import { count, harmless, pad } from '../view/text.ts';

export interface DoctorOptions {
  readonly stateDir?: string;
  readonly backend?: string;
  readonly json?: boolean;
}

interface Examined {
  readonly runs: number;
  readonly findings: readonly StateFinding[];
}

/** Looks at all of the state folder and the backends that are known there, says what is damaged, noteworthy, and what to do. Changes nothing. */
export async function doctor({ stateDir, backend, json = false }: DoctorOptions): Promise<ExitCode> {
  endWhenReaderLeaves();
  const place = findStatePlace(stateDir);
  const state = place.directory;
  const known = backendsToSearch({}, place);
  const backends = backend === undefined ? known : backendsToSearch({ flag: backend }, place);
  const examined = await examine(place, {
    asked: backends.map((at) => ({ stateDir, at })),
    known: known.map(({ name }) => name),
  });
  const { runs, findings } = examined;
  const names = backends.map(({ name }) => name);
  if (json) {
    const { node } = process.versions;
    const system = `${platform()} ${arch()}`;
    const answer = { orch: orchVersion, node, platform: system, state, backends: names, runs, findings };
    await print(`${JSON.stringify(answer, null, 2)}\n`);
  } else {
    const where = [state, ...names.filter((name) => name !== 'json')].join(', ');
    await print(`${[...findings.flatMap(findingLines), ...summaryLines(where, examined)].join('\n')}\n`);
  }
  return countOf(findings, 'error') === 0 ? exitCodes.done : exitCodes.damaged;
}

interface Backends {
  readonly asked: readonly SessionOptions[];
  /** Their names, and those of others that runs of the state folder may be in. */
  readonly known: readonly string[];
}

async function examine({ directory }: StatePlace, { asked, known }: Backends): Promise<Examined> {
  const isThere = statSync(directory, { throwIfNoEntry: false }) !== undefined;
  const findings: StateFinding[] = isThere ? [...accessFindings(directory), ...knownBackendFindings(directory)] : [];
  const listed = new Set<string>();
  const unasked = new Set(known);
  let runs = 0;
  for (const options of asked) {
    if (options.at?.name === 'json' && !isThere) continue;
    const found = await examineOne(options, listed);
    findings.push(...found.findings);
    runs += found.runs;
    if (!found.isAway) unasked.delete(options.at?.name ?? '');
  }
  // The attempts of a run whose journal is in another backend are beside those of the others, in a folder without a journal.
  const others = findings.filter(
    ({ code, run = '' }) => code === 'ORCH_STATE_FOREIGN' && (unasked.size > 0 || listed.has(run)),
  );
  return { runs: runs - others.length, findings: findings.filter((finding) => !others.includes(finding)) };
}

/** Adds the runs that are there to `listed`. */
async function examineOne(
  options: SessionOptions,
  listed: Set<string>,
): Promise<Examined & { readonly isAway: boolean }> {
  await using session = await openSession(options);
  const { orchestrator, at } = session;
  // What a list has to leave out is a finding here.
  session.listener = { event: () => {}, note: () => {} };
  const findings: StateFinding[] = [];
  try {
    findings.push(...(await orchestrator.check()).map((finding) => withFlags(finding, session)));
    const runs = new Set(
      findings.flatMap(({ run, severity }) => (run === undefined || severity === 'note' ? [] : [run])),
    );
    for await (const { runId } of orchestrator.list()) {
      runs.add(runId);
      listed.add(runId);
      findings.push(...(await attemptFindings(session, runId)));
    }
    return { runs: runs.size, findings, isAway: false };
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

function accessFindings(directory: string): readonly StateFinding[] {
  const finding = (message: string, hint: string): StateFinding => ({
    code: 'ORCH_STATE_ACCESS',
    severity: 'warning',
    file: directory,
    message: `${directory} ${message}`,
    hint,
  });
  const findings: StateFinding[] = [];
  const others = statSync(directory).mode & 0o077;
  if (others !== 0)
    findings.push(
      finding('is open to other users: journals and logs can be read by them.', `chmod 700 '${harmless(directory)}'`),
    );
  try {
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    findings.push(
      finding(
        'cannot be written by this user: no run can be started or taken up.',
        `See: ls -ld '${harmless(directory)}'`,
      ),
    );
  }
  return findings;
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

function findingLines({ severity, run, message, hint, code }: StateFinding): string[] {
  const subject = run === undefined ? '' : `run ${harmless(run)}: `;
  const line = `${pad(severity, 9)}${subject}${harmless(message)} [${code}]`;
  return hint === undefined ? [line] : [line, `${pad('', 9)}${harmless(hint)}`];
}

function summaryLines(state: string, { runs, findings }: Examined): string[] {
  const errors = countOf(findings, 'error');
  const parts = [
    count(runs, 'run'),
    errors === 0 ? 'nothing damaged' : count(errors, 'error'),
    ...(['warning', 'note'] as const)
      .filter((severity) => countOf(findings, severity) > 0)
      .map((severity) => count(countOf(findings, severity), severity)),
  ];
  const here = `orch ${orchVersion}, Node ${process.versions.node}, ${platform()} ${arch()}`;
  return [`${state}: ${parts.join(', ')}. Nothing was changed. (${here})`];
}

function countOf(findings: readonly StateFinding[], severity: StateFinding['severity']): number {
  return findings.filter((finding) => finding.severity === severity).length;
}
