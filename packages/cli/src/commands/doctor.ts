import { accessSync, constants, statSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { orchVersion } from '@orch/core';
import type { StateFinding } from '@orch/core';
import { isOrchError } from '@orch/core/author';
import { forgottenAttempts } from '@orch/plugin-command';
import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { openSession } from '../session.ts';
import type { Session } from '../session.ts';
import { endWhenReaderLeaves, print } from '../streams.ts';
import { count, harmless, pad } from '../view/text.ts';

export interface DoctorOptions {
  readonly stateDir?: string;
  readonly json?: boolean;
}

interface Examined {
  readonly runs: number;
  readonly findings: readonly StateFinding[];
}

/** Looks at all of the state folder, and says what is damaged, what is noteworthy and what to do. Changes nothing. */
export async function doctor({ stateDir, json = false }: DoctorOptions): Promise<ExitCode> {
  endWhenReaderLeaves();
  await using session = openSession({ stateDir });
  const state = session.place.directory;
  const examined = await examine(session);
  const { runs, findings } = examined;
  if (json) {
    const { node } = process.versions;
    const answer = { orch: orchVersion, node, platform: `${platform()} ${arch()}`, state, runs, findings };
    await print(`${JSON.stringify(answer, null, 2)}\n`);
  } else await print(`${[...findings.flatMap(findingLines), ...summaryLines(state, examined)].join('\n')}\n`);
  return countOf(findings, 'error') === 0 ? exitCodes.done : exitCodes.damaged;
}

async function examine(session: Session): Promise<Examined> {
  const { orchestrator, place } = session;
  // What a list has to leave out is a finding here.
  session.listener = { event: () => {}, note: () => {} };
  if (statSync(place.directory, { throwIfNoEntry: false }) === undefined) return { runs: 0, findings: [] };
  const findings: StateFinding[] = [...accessFindings(place.directory), ...(await orchestrator.check())];
  const runs = new Set(
    findings.flatMap(({ run, severity }) => (run === undefined || severity === 'note' ? [] : [run])),
  );
  for await (const { runId } of orchestrator.list()) {
    runs.add(runId);
    findings.push(...(await attemptFindings(session, runId)));
  }
  return { runs: runs.size, findings };
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

async function attemptFindings({ orchestrator, place }: Session, runId: string): Promise<readonly StateFinding[]> {
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
      hint: `The next take-up ends what still runs of it: orch recover ${runId}`,
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
