import { systemClock } from '@orch/core/author';
import type { Files } from './files.ts';
import { ending } from './later.ts';
import type { Later } from './later.ts';

/** A flush shorter than this is not worth a trip through the thread pool, which costs about 100 µs. */
const shortMs = 2;

export interface Flusher {
  /** Counts an append from its call to its answer. */
  during<Result>(append: () => Later<Result>): Later<Result>;
  flush(fd: number): Later<void>;
  /** When the newest flush ended: monotonic time. */
  readonly flushedAt: number;
}

/**
 * Flushes in the calling thread while the disk is fast and one run alone appends, in the thread pool otherwise: there the
 * flushes of several runs go side by side, and a slow one does not hold up the event loop. Measured in
 * `docs/decisions/0007-where-the-journal-is-flushed.md`.
 */
export function flusher(files: Files): Flusher {
  let underWay = 0;
  let slow = false;
  let flushedAt = -Infinity;
  const timed = (startedAt: number): void => {
    flushedAt = systemClock.monotonic();
    slow = flushedAt - startedAt > shortMs;
  };
  return {
    get flushedAt() {
      return flushedAt;
    },
    during(append) {
      underWay++;
      return ending(append, () => {
        underWay--;
      });
    },
    flush(fd) {
      const startedAt = systemClock.monotonic();
      if (!slow && underWay <= 1) {
        files.fdatasyncSync(fd);
        return timed(startedAt);
      }
      return new Promise((resolve, reject) => {
        files.fdatasync(fd, (error) => {
          timed(startedAt);
          if (error === null) resolve();
          else reject(error);
        });
      });
    },
  };
}
