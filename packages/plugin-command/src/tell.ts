import { quote } from '@orch/core/author';
import type { Attempt, Log } from '@orch/core/author';
import type { Ended } from './stop.ts';

/** Says what is still there after a command was ended: nothing, as a rule. */
export function tellOfStrangers(log: Log, { left, foreign }: Ended): void {
  if (left.length > 0) log.warn(`processes that could not be ended: ${left.join(', ')}`);
  if (foreign.length > 0)
    log.warn(
      `processes in a group that was the command's, not proven to be its own, were left alone: ${foreign.join(', ')}`,
    );
}

/** Where no process can be seen, an attempt without an exit code counts as interrupted: it runs again, perhaps beside itself. */
export function tellOfBlindness(log: Log, { phase, number }: Attempt): void {
  log.warn(
    `attempt ${number} of phase ${quote(phase)} counts as interrupted: whether it still runs can't be seen on this system.`,
  );
}
