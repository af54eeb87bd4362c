/**
 * An `AbortController` that is made when it is first asked for its signal, or aborted. Most attempts end by themselves
 * and look at neither of their signals.
 */
export class LazyAbortController {
  #made: AbortController | undefined;

  get signal(): AbortSignal {
    return this.#controller().signal;
  }

  abort(reason?: unknown): void {
    this.#controller().abort(reason);
  }

  #controller(): AbortController {
    return (this.#made ??= new AbortController());
  }
}
