import type { Clock } from '@orch/core/author';

/** A clock that moves only when a test says so. */
export interface ManualClock extends Clock {
  /** Timers that are still on. */
  readonly pending: number;
  /** Moves on, firing each timer at its time, in order, and awaiting what follows from it. */
  advance(ms: number): Promise<void>;
  /** Moves on to the next timer and fires it; `false`: there is none. */
  advanceToNext(): Promise<boolean>;
  /** Sets the wall clock forward or back. The monotonic clock, and so each timer, is as before. */
  jump(ms: number): void;
}

interface Timer {
  readonly at: number;
  readonly wake: () => void;
}

/** @param startMs wall time in milliseconds since 1970; default: the start of 2026 */
export function manualClock(startMs: number = Date.UTC(2026, 0, 1)): ManualClock {
  const timers = new Set<Timer>();
  let offset = startMs;
  let monotonic = 0;
  const next = (): Timer | undefined => {
    let first: Timer | undefined;
    // Timers of one time fire in the order in which they were set, which is a set's own.
    for (const timer of timers) if (first === undefined || timer.at < first.at) first = timer;
    return first;
  };
  const fire = async (timer: Timer): Promise<void> => {
    timers.delete(timer);
    monotonic = Math.max(monotonic, timer.at);
    timer.wake();
    await settled();
  };
  return {
    get pending() {
      return timers.size;
    },
    now: () => offset + monotonic,
    monotonic: () => monotonic,
    timer(delayMs, wake) {
      const timer = { at: monotonic + Math.max(0, delayMs), wake };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(ms) {
      const until = monotonic + ms;
      for (let timer = next(); timer !== undefined && timer.at <= until; timer = next()) await fire(timer);
      monotonic = until;
      await settled();
    },
    async advanceToNext() {
      const timer = next();
      if (timer === undefined) return false;
      await fire(timer);
      return true;
    },
    jump: (ms) => void (offset += ms),
  };
}

/** What one thing leads to in this process, without the clock: promises, and turns of the event loop between them. */
const turns = 5;

/** Lets everything happen that can happen without the clock. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
