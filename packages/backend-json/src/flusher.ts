import { systemClock } from '@orch/core/author';
import type { Files } from './files.ts';
import type { Later } from './later.ts';

/** A flush shorter than this is not worth a trip through the thread pool, which costs about 100 µs. */
const shortMs = 2;

/**
 * Flushes in the calling thread while the disk is fast and one run alone appends, in the thread pool otherwise: there the
 * flushes of several runs go side by side, and a slow one does not hold up the event loop. Measured in
 * `docs/decisions/0007-where-the-journal-is-flushed.md`.
 */
export class Flusher {
  /** Appends, each from its call to its answer: whoever appends counts them. */
  underWay: number = 0;
  /** When the newest flush ended: monotonic time. */
  flushedAt: number = -Infinity;
  #slow = false;
  readonly #files: Files;

  constructor(files: Files) {
    this.#files = files;
  }

  /** `startedAt`: monotonic time at which its record was begun. */
  flush(fd: number, startedAt: number = systemClock.monotonic()): Later<void> {
    if (!this.#slow && this.underWay <= 1) {
      this.#files.fdatasyncSync(fd);
      return this.#timed(startedAt);
    }
    return new Promise((resolve, reject) => {
      this.#files.fdatasync(fd, (error) => {
        this.#timed(startedAt);
        if (error === null) resolve();
        else reject(error);
      });
    });
  }

  #timed(startedAt: number): void {
    this.flushedAt = systemClock.monotonic();
    this.#slow = this.flushedAt - startedAt > shortMs;
  }
}
