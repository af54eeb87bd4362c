import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { findRun } from '../find-run.ts';
import { openSession } from '../session.ts';
import { endWhenReaderLeaves, print } from '../streams.ts';
import { eventJson } from '../view/event-json.ts';

export interface EventsOptions {
  readonly stateDir?: string;
  readonly follow?: boolean;
  readonly after?: number;
}

/** The events of a run's journal, a line of JSON each. */
export async function events(text: string, { stateDir, follow = false, after = 0 }: EventsOptions): Promise<ExitCode> {
  endWhenReaderLeaves();
  await using session = openSession({ stateDir });
  const { runId } = await findRun(session, text);
  for await (const event of session.orchestrator.events(runId, { after, follow })) await print(eventJson(event));
  return exitCodes.done;
}
