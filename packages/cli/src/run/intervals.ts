/** Times that something lasted, one after another. */
export class Intervals {
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  /** How long all of them lasted up to the end of each. */
  readonly #sums: number[] = [];

  /** Ends before it begins, or before the last one, where a clock was set back: then it counts for nothing. */
  add(from: number, to: number): void {
    if (to <= from || from < (this.#to.at(-1) ?? -Infinity)) return;
    this.#sums.push((this.#sums.at(-1) ?? 0) + to - from);
    this.#from.push(from);
    this.#to.push(to);
  }

  get all(): readonly { readonly from: number; readonly to: number }[] {
    return this.#from.map((from, index) => ({ from, to: this.#to[index] ?? from }));
  }

  get last(): { readonly from: number; readonly to: number } | undefined {
    const [from, to] = [this.#from.at(-1), this.#to.at(-1)];
    return from === undefined || to === undefined ? undefined : { from, to };
  }

  /** How much of the time between two moments it lasted. */
  within(from: number, to: number): number {
    return to <= from ? 0 : this.#until(to) - this.#until(from);
  }

  #until(at: number): number {
    let low = 0;
    let high = this.#from.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#from[middle] ?? Infinity) < at) low = middle + 1;
      else high = middle;
    }
    const beyond = Math.max(0, (this.#to[low - 1] ?? -Infinity) - at);
    return (this.#sums[low - 1] ?? 0) - beyond;
  }
}
