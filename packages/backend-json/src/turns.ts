import type { Later } from './later.ts';

/** One task after another for each name, however they end. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs a task once those of the same name that came before it have ended: at once where there is none. */
  take<About, Result>(name: string, task: (about: About) => Later<Result>, about: About): Later<Result> {
    const before = this.#last.get(name);
    const mine =
      before === undefined
        ? task(about)
        : before.then(
            () => task(about),
            () => task(about),
          );
    if (!(mine instanceof Promise)) return mine;
    this.#last.set(name, mine);
    return mine.finally(() => {
      if (this.#last.get(name) === mine) this.#last.delete(name);
    });
  }

  /** Settles when no task is left. */
  async done(): Promise<void> {
    while (this.#last.size > 0) await Promise.allSettled(this.#last.values());
  }
}
