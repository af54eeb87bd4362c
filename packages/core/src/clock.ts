/** Time, from outside: the engine reads no clock of its own. */
export interface Clock {
  /** Wall time in milliseconds since 1970. May jump. */
  now(): number;
  /**
   * Monotonic time in milliseconds, the same clock in every process of one boot (`process.hrtime`), so that
   * a deadline written by one process means the same in the next.
   */
  monotonic(): number;
  /** Calls `wake` once after `delayMs` of monotonic time; answers a function that calls it off. Any length works. */
  timer(delayMs: number, wake: () => void): () => void;
}

/** The longest delay that `setTimeout` takes; above it, it fires at once. */
const longestTimerMs = 2 ** 31 - 1;

/** `performance.now()` is the clock of `process.hrtime`, counted from the start of the process, without a BigInt for each look. */
const bootedBefore = Number(process.hrtime.bigint()) / 1e6 - performance.now();

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => bootedBefore + performance.now(),
  timer(delayMs, wake) {
    let handle: NodeJS.Timeout;
    const arm = (leftMs: number): void => {
      const stepMs = Math.min(leftMs, longestTimerMs);
      handle = setTimeout(() => (leftMs > stepMs ? arm(leftMs - stepMs) : wake()), stepMs);
    };
    arm(Math.max(0, delayMs));
    return () => clearTimeout(handle);
  },
};
