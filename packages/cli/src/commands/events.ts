import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { openRun } from '../find-run.ts';
import { endWhenReaderLeaves, print } from '../streams.ts';
import { eventJson } from '../view/event-json.ts';

export interface EventsOptions {
  readonly stateDir?: string;
  readonly backend?: string;
  readonly follow?: boolean;
  readonly after?: number;
  readonly limit?: number;
}

/** The events of a run's journal, a line of JSON each. */
export async function events(
  text: string,
  { follow = false, after = 0, limit = Infinity, ...options }: EventsOptions,
): Promise<ExitCode> {
  endWhenReaderLeaves();
  await using found = await openRun(options, text);
  const { session, run } = found;
  let printed = 0;
  for await (const event of session.orchestrator.events(run.runId, { after, follow })) {
    await print(eventJson(event));
    if (++printed >= limit) break;
  }
  return exitCodes.done;
}
