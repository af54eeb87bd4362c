import type { RunEvent } from '@orch/core';
import type { FoldedRun } from './folded-run.ts';

export interface EventFeedOptions {
  readonly run: FoldedRun;
  /** The journal's events after a version. */
  readonly read: (after: number) => AsyncIterable<RunEvent>;
  /** Hears each event that is news, after it was folded. */
  readonly onNews: (event: RunEvent) => void;
}

/**
 * Joins what stood in the journal before with what happens now, without a gap and without repetition: an event that
 * does not follow on what is known waits until the journal has told what lies between.
 */
export class EventFeed {
  readonly #options: EventFeedOptions;
  #waiting: RunEvent[] = [];
  #catchingUp: Promise<void> | undefined;

  constructor(options: EventFeedOptions) {
    this.#options = options;
  }

  /** Folds what is there, as history: nobody hears of it. */
  async readPast(): Promise<void> {
    const { run, read } = this.#options;
    for await (const event of read(run.report.version)) run.add(event);
  }

  /** An event as it was committed. */
  add(event: RunEvent): void {
    this.#waiting.push(event);
    if (this.#catchingUp === undefined) this.#drain();
  }

  /** Settles when everything handed in so far was heard. */
  async settled(): Promise<void> {
    while (this.#catchingUp !== undefined) await this.#catchingUp;
  }

  #drain(): void {
    const { run } = this.#options;
    for (let event = this.#waiting.shift(); event !== undefined; event = this.#waiting.shift()) {
      if (event.version > run.report.version + 1) return this.#catchUp(event);
      this.#hear(event);
    }
  }

  /** What the journal can't tell is left out: a view with a hole is better than none. */
  #catchUp(event: RunEvent): void {
    const goOn = (): void => {
      this.#catchingUp = undefined;
      this.#hear(event);
      this.#drain();
    };
    this.#catchingUp = this.#fillGap().then(goOn, goOn);
  }

  #hear(event: RunEvent): void {
    const { run, onNews } = this.#options;
    if (event.version <= run.report.version) return;
    run.add(event);
    onNews(event);
  }

  async #fillGap(): Promise<void> {
    const { run, read } = this.#options;
    for await (const event of read(run.report.version)) this.#hear(event);
  }
}
