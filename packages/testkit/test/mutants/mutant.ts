import type { Backend } from '@orch/core/author';

/** A backend with one mistake that somebody could make. */
export interface Mutant {
  readonly mistake: string;
  /** The case that is there to catch it. Others may, too. */
  readonly by: string;
  readonly make: (sound: Backend, now: () => number) => Partial<Backend>;
}
