/** What a case came to, or `violation`: what must not be. */
export type Verdict =
  /** Everything is shown as before, and a take-up goes on as it would have. */
  | 'harmless'
  /** Everything is shown as before; an attempt whose end nobody recorded counts as interrupted, and runs again. */
  | 'again'
  /** Less is shown, by what was never promised: commits newer than `run.json` and the last seal. */
  | 'shorter'
  /** Refused with a typed error that names file, byte and next step; nothing was changed. */
  | 'refused'
  | 'violation';

const verdicts: readonly Verdict[] = ['harmless', 'again', 'shorter', 'refused', 'violation'];

/** Counts cases by what was done to what, and by verdict. */
export class Tally {
  readonly violations: string[] = [];
  readonly #counts = new Map<string, Map<Verdict, number>>();

  add(group: string, verdict: Verdict): void {
    const row = this.#counts.get(group) ?? new Map<Verdict, number>();
    this.#counts.set(group, row.set(verdict, (row.get(verdict) ?? 0) + 1));
  }

  violated(group: string, what: string): void {
    this.add(group, 'violation');
    this.violations.push(what);
  }

  get cases(): number {
    return this.countOf(() => true);
  }

  /** Cases of groups, of one verdict or of all. */
  countOf(isMeant: (group: string) => boolean, verdict?: Verdict): number {
    let sum = 0;
    for (const [group, row] of this.#counts)
      if (isMeant(group)) for (const [key, count] of row) if (verdict === undefined || key === verdict) sum += count;
    return sum;
  }

  table(): string {
    const rows = [...this.#counts].toSorted(([one], [other]) => (one < other ? -1 : 1));
    const width = Math.max(...rows.map(([group]) => group.length));
    const line = (name: string, cells: readonly (string | number)[]): string =>
      name.padEnd(width) + cells.map((cell) => String(cell).padStart(11)).join('');
    return [
      line('', ['cases', ...verdicts]),
      ...rows.map(([group, row]) =>
        line(group, [this.countOf((it) => it === group), ...verdicts.map((verdict) => row.get(verdict) ?? 0)]),
      ),
      line('all', [this.cases, ...verdicts.map((verdict) => this.countOf(() => true, verdict))]),
    ].join('\n');
  }
}
