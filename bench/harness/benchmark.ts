/** One row of the table of goals. */
export interface Benchmark {
  /** As in `s1`. */
  readonly id: string;
  readonly title: string;
  /** How safe the state is while this is measured, for orch and floor alike. */
  readonly durability: string;
  readonly run: (context: BenchContext) => Promise<Measured>;
}

export interface BenchContext {
  /** Samples of each thing; what is compared is sampled in turn. */
  readonly samples: number;
  /** Less work, for a first look: its figures prove nothing. */
  readonly quick: boolean;
  /** A new folder on the disk, or in memory; removed at the end. */
  readonly scratch: (where: 'disk' | 'memory') => string;
  /** Says on stderr what is being done. */
  readonly progress: (text: string) => void;
}

export interface Measured {
  readonly figures: readonly Figure[];
  /** What one has to know to read the figures. */
  readonly notes?: readonly string[];
}

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'x' | 'ms' | 'flushes';
  /** At most this; absent: only told. */
  readonly goal?: number;
  /** What the value was made of, by name. */
  readonly raw: Readonly<Record<string, readonly number[]>>;
}

export function isMet({ value, goal }: Figure): boolean | undefined {
  return goal === undefined ? undefined : value <= goal;
}

/** A harness must prove that it worked. */
export function expectWork(what: string, done: number, wanted: number): void {
  if (done !== wanted) throw new Error(`${what}: ${done} done, not ${wanted}. Nothing was measured.`);
}
