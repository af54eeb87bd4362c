import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { findRun } from '../find-run.ts';
import { openSession } from '../session.ts';
import { recoverCommand } from '../state-place.ts';
import { endWhenReaderLeaves, print } from '../streams.ts';
import { reportLines } from '../view/report-text.ts';

export interface ShowOptions {
  readonly stateDir?: string;
  readonly json?: boolean;
}

/** A run with its phases, attempts, errors and checkpoints. */
export async function show(text: string, { stateDir, json = false }: ShowOptions): Promise<ExitCode> {
  endWhenReaderLeaves();
  await using session = openSession({ stateDir });
  const { runId } = await findRun(session, text);
  const report = await session.orchestrator.show(runId);
  if (json) {
    await print(`${JSON.stringify(report, null, 2)}\n`);
  } else {
    const logPath = session.logPath.bind(session, runId);
    await print(`${reportLines(report, { logPath, recover: recoverCommand(runId, session.place) }).join('\n')}\n`);
  }
  return exitCodes.done;
}
