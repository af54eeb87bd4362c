import { statSync } from 'node:fs';
import type { Clock } from '@orch/core/author';

const longestPollMs = 1_000;
const shortestPollMs = 20;

export interface IdleWatch {
  /** Aborted when none of the files has changed for the time. */
  readonly signal: AbortSignal;
  close(): void;
}

/** Looks at size and time of what is printed to. A file that is gone or out of reach says nothing: then nothing is idle. */
export function watchIdle(
  logs: readonly string[],
  { idleTimeoutMs, clock }: { readonly idleTimeoutMs: number; readonly clock: Clock },
): IdleWatch {
  const controller = new AbortController();
  const pollMs = Math.min(longestPollMs, Math.max(shortestPollMs, idleTimeoutMs / 10));
  let seen = lookAll(logs);
  let since = clock.monotonic();
  let cancel = (): void => {};
  const poll = (): void => {
    const now = clock.monotonic();
    const found = lookAll(logs);
    if (found === undefined || found !== seen) {
      seen = found;
      since = now;
    } else if (now - since >= idleTimeoutMs) return controller.abort();
    cancel = clock.timer(Math.min(pollMs, Math.max(1, since + idleTimeoutMs - now)), poll);
  };
  poll();
  return { signal: controller.signal, close: () => cancel() };
}

function lookAll(logs: readonly string[]): string | undefined {
  const seen = logs.map(lookAt);
  return seen.includes(undefined) ? undefined : seen.join();
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
