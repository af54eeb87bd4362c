import { orchError } from '../errors/orch-error.ts';
import { apply } from './apply.ts';
import type { RunEvent } from './event.ts';
import type { RunState } from './state.ts';

export interface ReplayOptions {
  /** Goes on from here; default: from nothing. */
  readonly state?: RunState | undefined;
  /** Stops after this version. */
  readonly upTo?: number;
  /** Sees each event after it was applied. */
  readonly visit?: (event: RunEvent) => void;
}

/** The state that a journal leads to. Rejects with `ORCH_RUN_UNKNOWN` where there are no events. */
export async function replay(
  runId: string,
  commits: AsyncIterable<readonly RunEvent[]>,
  { state, upTo = Infinity, visit }: ReplayOptions = {},
): Promise<RunState> {
  let reached = state;
  for await (const events of commits) {
    for (const event of events) {
      if (event.version > upTo) break;
      reached = apply(reached, event, runId);
      visit?.(event);
    }
    if (reached !== undefined && reached.version >= upTo) break;
  }
  if (reached === undefined)
    throw orchError({ code: 'ORCH_RUN_UNKNOWN', message: `There is no run ${runId}.`, hint: 'See: orch list' });
  return reached;
}
