import type { Ground } from './ground.ts';

export type Cell = 'works' | 'fails' | 'killed';

/** One thing that workflows can do, tried in three ways: each is tried on each backend. */
export interface Feature {
  readonly name: string;
  /** It does what its page says. */
  readonly works: Try;
  /** It ends as it should where something is wrong. */
  readonly fails: Try;
  /** Orch is killed (-9) in the middle, and recover leads to the same end. */
  readonly killed: Try;
}

/** A trial, or why there is none: the table names it. */
export type Try = ((ground: Ground) => Promise<void>) | { readonly empty: string };

export const cells: readonly Cell[] = ['works', 'fails', 'killed'];
