/** Calls of observing hooks under way: nobody waits for them, until the run is let go. */
export class Observers {
  readonly #pending = new Set<Promise<void>>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  add(observer: Promise<void> | undefined): void {
    if (observer === undefined) return;
    const settled = observer.catch(this.#onError).finally(() => this.#pending.delete(settled));
    this.#pending.add(settled);
  }

  /** Settles when none is left, those included that come meanwhile. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }
}
