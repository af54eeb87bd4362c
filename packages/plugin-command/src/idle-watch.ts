import { statSync } from 'node:fs';
import type { Clock } from '@orch/core/author';

const longestPollMs = 1_000;
const shortestPollMs = 20;

export interface IdleWatch {
  /** Aborted when the log has not changed for the time. */
  readonly signal: AbortSignal;
  close(): void;
}

/** Looks at the size and time of a log. A log that is gone or out of reach says nothing: then nothing is idle. */
export function watchIdle(
  log: string,
  { idleTimeoutMs, clock }: { readonly idleTimeoutMs: number; readonly clock: Clock },
): IdleWatch {
  const controller = new AbortController();
  const pollMs = Math.min(longestPollMs, Math.max(shortestPollMs, idleTimeoutMs / 10));
  let seen = lookAt(log);
  let since = clock.monotonic();
  let cancel = (): void => {};
  const poll = (): void => {
    const now = clock.monotonic();
    const found = lookAt(log);
    if (found === undefined || found !== seen) {
      seen = found;
      since = now;
    } else if (now - since >= idleTimeoutMs) return controller.abort();
    cancel = clock.timer(Math.min(pollMs, Math.max(1, since + idleTimeoutMs - now)), poll);
  };
  poll();
  return { signal: controller.signal, close: () => cancel() };
}

function lookAt(log: string): string | undefined {
  try {
    const { size, mtimeMs } = statSync(log);
    return `${size} ${mtimeMs}`;
  } catch {
    // A timer has nobody to throw at.
    return undefined;
  }
}
