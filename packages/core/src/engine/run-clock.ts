import type { Clock } from '../clock.ts';

/**
 * Wall time as it was at the take-up, moved on by the monotonic clock: backoffs and timeouts are decided on it, so that
 * a clock that is set back or forward neither stretches nor cuts a wait.
 */
export function runClock(clock: Clock): () => number {
  const wall = clock.now();
  const monotonic = clock.monotonic();
  return () => wall + (clock.monotonic() - monotonic);
}
