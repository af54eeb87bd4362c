/** One row of the table of goals. */
export interface Benchmark {
  /** As in `s1`. */
  readonly id: string;
  readonly title: string;
  /** How safe the state is while this is measured, for orch and floor alike. */
  readonly durability: string;
  readonly run: (context: BenchContext) => Promise<Measured>;
}

export interface BenchOptions {
  /** Samples of each thing; what is compared is sampled in turn. */
  readonly samples: number;
  /** Less work, for a first look: its figures prove nothing. */
  readonly quick: boolean;
  /** The folder with `workload.py` and its graphs. */
  readonly workloads: string | undefined;
}

export interface BenchContext extends BenchOptions {
  /** A new folder on the disk, or in memory; removed at the end. */
  readonly scratch: (where: Place) => string;
  /** Says on stderr what is being done. */
  readonly progress: (text: string) => void;
}

export type Place = 'disk' | 'memory';

export interface Measured {
  readonly figures: readonly Figure[];
  /** What one has to know to read the figures. */
  readonly notes?: readonly string[];
  /** What was measured only stands in for what the goal speaks of, so that no figure has one. */
  readonly isStandIn?: true;
}

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: Unit;
  /** At most this; absent: only told. */
  readonly goal?: number;
  /** What the value was made of, by name. */
  readonly raw: Readonly<Record<string, readonly number[]>>;
}

/** `x` is a ratio, `MB` a million bytes, `/s` what is done in a second. */
export type Unit = 'x' | 'ms' | 'flushes' | 'bytes' | 'MB' | '/s';

export function isMet({ value, goal }: Pick<Figure, 'value' | 'goal'>): boolean | undefined {
  return goal === undefined ? undefined : value <= goal;
}

/** A harness must prove that it worked. */
export function expectWork(what: string, done: number, wanted: number): void {
  if (done !== wanted) throw new Error(`${what}: ${done} done, not ${wanted}. Nothing was measured.`);
}

/** A benchmark without a goal would never be missed, one with a figure that is no number neither. A stand-in has none. */
export function expectGoals(id: string, { figures, isStandIn }: Measured): void {
  const bad = figures.find(({ value }) => !Number.isFinite(value));
  if (bad !== undefined) throw new Error(`${id}: "${bad.name}" is ${bad.value}. Nothing was measured.`);
  const hasGoal = figures.some(({ goal }) => goal !== undefined);
  if (isStandIn === true && hasGoal) throw new Error(`${id} measured a stand-in, and holds it against a goal.`);
  if (isStandIn !== true && !hasGoal) throw new Error(`${id} has no figure with a goal.`);
}
