import type { Log } from '@orch/core/author';
import type { Ended } from './stop.ts';

/** Says what is still there after a command was ended: nothing, as a rule. */
export function tellOfStrangers(log: Log, { left, foreign }: Ended): void {
  if (left.length > 0) log.warn(`processes that could not be ended: ${left.join(', ')}`);
  if (foreign.length > 0)
    log.warn(
      `processes in a group that was the command's, not proven to be its own, were left alone: ${foreign.join(', ')}`,
    );
}
