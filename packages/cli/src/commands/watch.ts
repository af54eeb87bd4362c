import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { exitCodeOfRun } from '../exit-codes.ts';
import { openRun } from '../find-run.ts';
import type { FoundRun } from '../find-run.ts';
import { follow } from '../follow.ts';
import { describeDriver } from '../run/driver-words.ts';
import { say } from '../streams.ts';
import { chooseOutput } from '../view/view.ts';
import type { OutputKind } from '../view/view.ts';
import { RunWatch } from '../watch-run.ts';
import type { WatchOptions } from '../watch-run.ts';

export interface WatchCommandOptions {
  readonly stateDir?: string;
  readonly backend?: string;
  readonly json?: boolean;
  readonly output?: OutputKind;
}

/** A driver that was killed to be replaced has a successor within moments. */
const patienceMs = 3_000;

/** Follows a run until it ends; of one that has ended, or that nobody drives, says so at once. */
export async function watch(
  text: string,
  { json = false, output, ...options }: WatchCommandOptions,
): Promise<ExitCode> {
  await using found = await openRun(options, text);
  const { session, run } = found;
  const { runId } = run;
  const report = await session.orchestrator.show(runId);
  const shown: WatchOptions = { output: chooseOutput(output, process.stderr), json };
  if (report.status !== 'running') return await showEnd(found, report.status, shown);
  const done = report.phases.filter(({ status }) => status === 'completed').length;
  const why = `Run ${runId} is ${describeDriver(report)}: ${done} of ${report.phases.length} phases completed.`;
  const end = await follow({ ...shown, session, runId, why, patienceMs });
  return end === 'lost' ? exitCodes.interrupt : end;
}

/** `status`: now; that nobody drives a run is not in its journal. */
async function showEnd(
  { session, run: { runId } }: FoundRun,
  status: Parameters<RunWatch['end']>[0],
  options: WatchOptions,
): Promise<ExitCode> {
  const watched = await RunWatch.open(session, runId, { ...options, drives: false, takesUp: true });
  if (status === 'interrupted') say(`Nobody drives run ${runId}.`);
  const exitCode = status === 'interrupted' ? exitCodes.interrupt : exitCodeOfRun(status, watched.run.failure);
  await watched.end(status, exitCode);
  return exitCode;
}
