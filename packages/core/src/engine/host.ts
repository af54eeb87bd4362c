import type { Owner } from '../run/owner.ts';

/** What the engine asks of the machine it runs on. `@orch/core/node` answers for Linux, macOS and the like. */
export interface Host {
  /** This process. */
  readonly owner: Owner;
  /**
   * Whether an owner's process still exists. `unknown`: it belongs to another machine or pid namespace, or this
   * system can't tell; then only the lease's time to live counts.
   */
  look(owner: Owner): 'alive' | 'dead' | 'unknown';
  /** Kills an owner's process, its identity checked, and waits until it is gone; `false`: it could not be killed. */
  end(owner: Owner): Promise<boolean>;
}
