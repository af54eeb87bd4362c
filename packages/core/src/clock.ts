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

/** `process` is a getter of the global object. */
const { hrtime } = process;

/**
 * Not `performance.now()`, which counts from the start of the process: to load it costs a process that only begins 1 ms.
 * By index: a pattern makes an iterator each time.
 */
function monotonic(): number {
  const time = hrtime();
  return time[0] * 1000 + time[1] / 1e6;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic,
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
