import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { openRun } from '../find-run.ts';
import { recoverCommand } from '../recover-command.ts';
import { withFirstPhases, withLongestSteps } from '../run/bounded-report.ts';
import { criticalPath } from '../run/critical-path.ts';
import { readRun } from '../run/read-run.ts';
import { endWhenReaderLeaves, print, say } from '../streams.ts';
import { paintFor } from '../view/colour.ts';
import { showLines } from '../view/show-text.ts';
import { count } from '../view/text.ts';

export interface ShowOptions {
  readonly stateDir?: string;
  readonly backend?: string;
  readonly json?: boolean;
  readonly limit?: number;
}

/** A run with its phases, attempts, errors and checkpoints. */
export async function show(
  text: string,
  { json = false, limit = Infinity, ...options }: ShowOptions,
): Promise<ExitCode> {
  endWhenReaderLeaves();
  await using found = await openRun(options, text);
  const { session } = found;
  const { run, report: whole, places } = await readRun(found);
  const report = withFirstPhases(whole, limit);
  const path = criticalPath(run);
  const backend = session.at.name;
  const logs = places.all.map(({ host, folder }) => ({ host, folder }));
  if (json) {
    await print(
      `${JSON.stringify({ ...report, criticalPath: withLongestSteps(path, limit), backend, logs }, null, 2)}\n`,
    );
  } else {
    const lines = showLines(report, {
      logPath: places.describe.bind(places),
      recover: recoverCommand(report.runId, session, run.failure),
      failure: run.failure,
      path,
      backend,
      logs,
      paint: paintFor(process.stdout),
      columns: process.stdout.columns,
    });
    await print(`${lines.join('\n')}\n`);
  }
  const left = whole.phases.length - report.phases.length;
  if (left > 0) say(`${count(left, 'more phase')} ${left === 1 ? 'is' : 'are'} left out.`);
  return exitCodes.done;
}
