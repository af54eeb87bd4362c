import { setTimeout as pause } from 'node:timers/promises';
import { isBusy, locked } from './damage.ts';

/** Between two tries, at most. */
const longestPauseMs = 100;

export interface Patience {
  readonly file: string;
  /** For how long it is tried again. */
  readonly lockWaitMs: number;
}

/** Tries again while somebody else has the file locked; the event loop goes on between the tries. */
export async function patiently<Result>({ file, lockWaitMs }: Patience, attempt: () => Result): Promise<Result> {
  const startedAt = performance.now();
  for (let limitMs = 2; ; limitMs = Math.min(longestPauseMs, 2 * limitMs)) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error)) throw error;
      const waitedMs = performance.now() - startedAt;
      if (waitedMs >= lockWaitMs) throw locked(file, Math.round(waitedMs), error);
    }
    // By chance, so that those who wait do not all come back at once.
    await pause(1 + Math.random() * limitMs);
  }
}
