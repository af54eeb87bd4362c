import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { openRun } from '../find-run.ts';
import { LogPlaces } from '../run/log-places.ts';
import { recoverCommand } from '../state-place.ts';
import { endWhenReaderLeaves, print } from '../streams.ts';
import { reportLines } from '../view/report-text.ts';

export interface ShowOptions {
  readonly stateDir?: string;
  readonly backend?: string;
  readonly json?: boolean;
}

/** A run with its phases, attempts, errors and checkpoints. */
export async function show(text: string, { json = false, ...options }: ShowOptions): Promise<ExitCode> {
  endWhenReaderLeaves();
  await using found = await openRun(options, text);
  const { orchestrator, place, at } = found.session;
  const { runId } = found.run;
  const report = await orchestrator.show(runId);
  const places = new LogPlaces(runId, at, place.directory);
  if (places.needEvents) for await (const event of orchestrator.events(runId)) places.add(event);
  const logs = places.all.map(({ host, folder }) => ({ host, folder }));
  if (json) {
    await print(`${JSON.stringify({ ...report, backend: at.name, logs }, null, 2)}\n`);
  } else {
    const logPath = places.describe.bind(places);
    const recover = recoverCommand(runId, place);
    await print(`${reportLines(report, { logPath, recover, backend: at.name, logs }).join('\n')}\n`);
  }
  return exitCodes.done;
}
