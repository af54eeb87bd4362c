/** Each bucket reaches so much further than the one before: what is answered is within 1 % of the truth. */
const growth = 1.02;

/** Quantiles of lengths of time, in memory that does not grow with their number: counts in buckets of growing width. */
export class Quantiles {
  readonly #counts = new Map<number, number>();
  #count = 0;
  #least = Infinity;
  #most = 0;

  add(ms: number): void {
    const bucket = Math.ceil(Math.log(Math.max(1, ms)) / Math.log(growth));
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1);
    this.#count++;
    this.#least = Math.min(this.#least, ms);
    this.#most = Math.max(this.#most, ms);
  }

  /** The smallest time that this share of all times does not exceed (nearest rank); absent where there are none. */
  at(share: number): number | undefined {
    if (this.#count === 0) return undefined;
    let left = Math.max(1, Math.ceil(share * this.#count));
    for (const [bucket, count] of [...this.#counts].toSorted(([one], [other]) => one - other)) {
      left -= count;
      if (left > 0) continue;
      const middle = (2 * growth ** bucket) / (growth + 1);
      return Math.min(this.#most, Math.max(this.#least, middle));
    }
    return this.#most;
  }
}
