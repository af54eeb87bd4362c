import type { Ground } from './ground.ts';

export type Cell = 'works' | 'fails' | 'killed';

/** One thing that workflows can do, tried in three ways: each is tried on each backend. */
export interface Feature {
  readonly name: string;
  /** It does what its page says. */
  readonly works: Try | Empty;
  /** It ends as it should where something is wrong. */
  readonly fails: Try | Empty;
  /** Orch is killed (-9) in the middle, and recover leads to the same end. */
  readonly killed: Try | Empty;
}

export type Try = (ground: Ground) => Promise<void>;

/** Why there is no trial: the table names it. */
export interface Empty {
  readonly empty: string;
}

export const cells: readonly Cell[] = ['works', 'fails', 'killed'];
