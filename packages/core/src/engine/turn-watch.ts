import type { Clock } from '../clock.ts';

/** A turn of the event loop that takes longer is worth a warning. */
const longTurnMs = 1_000;
/** One that is longer by less than this may pass unnoticed. */
const lookEveryMs = 250;
const shownNames = 5;

/**
 * Notices functions that keep the event loop to themselves: timeouts, leases, signals and every other phase of the process
 * wait until it turns again. Looks only while functions run.
 */
export class TurnWatch {
  readonly #clock: Clock;
  readonly #warn: (message: string) => void;
  readonly #running = new Set<string>();
  /** Those that ran at some time since the last look. */
  #seen = new Set<string>();
  /** When the next look is due, by the monotonic clock. */
  #dueAt = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(clock: Clock, warn: (message: string) => void) {
    this.#clock = clock;
    this.#warn = warn;
  }

  began(name: string): void {
    this.#running.add(name);
    this.#seen.add(name);
    if (this.#cancelTimer === undefined) this.#arm();
  }

  /** `at`: monotonic time. The timer may be late, and the run end before it fires. */
  ended(name: string, at: number): void {
    this.#running.delete(name);
    if (at - this.#dueAt > longTurnMs) this.#look();
  }

  close(): void {
    this.#running.clear();
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #arm(): void {
    this.#dueAt = this.#clock.monotonic() + lookEveryMs;
    this.#cancelTimer = this.#clock.timer(lookEveryMs, () => this.#look());
  }

  #look(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const lateMs = this.#clock.monotonic() - this.#dueAt;
    if (lateMs > longTurnMs) this.#warn(longTurn(lateMs, [...this.#seen]));
    this.#seen = new Set(this.#running);
    if (this.#seen.size > 0) this.#arm();
  }
}

function longTurn(lateMs: number, names: readonly string[]): string {
  const shown = names.slice(0, shownNames).map((name) => JSON.stringify(name));
  const more = names.length > shown.length ? [`${names.length - shown.length} more`] : [];
  return (
    `the event loop stood still for ${(lateMs / 1000).toFixed(1)} s while these functions ran: ` +
    `${[...shown, ...more].join(', ')}. Timeouts, signals and all other phases of the process waited; ` +
    'a worker thread or a command does not hold them up.'
  );
}
