/** Counts what is under way in real time: the manual clock stands still meanwhile. */
export class Busy {
  #count = 0;
  readonly #waiting = new Set<() => void>();

  get isBusy(): boolean {
    return this.#count > 0;
  }

  /** Settles when nothing is under way. */
  async idle(): Promise<void> {
    while (this.isBusy) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  /** Calls and counts until what the call answers has settled. */
  during<T>(call: () => T): T {
    this.#count++;
    let isPending = false;
    try {
      const answer = call();
      if (answer instanceof Promise) {
        isPending = true;
        answer.then(this.#leave, this.#leave);
      }
      return answer;
    } finally {
      if (!isPending) this.#leave();
    }
  }

  readonly #leave = (): void => {
    this.#count--;
    if (this.isBusy) return;
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  };
}
