import type { Backend, Commit, Taking } from '../../src/backend/backend.ts';
import { memoryBackend } from '../../src/backend/memory-backend.ts';
import type { Fence } from '../../src/run/owner.ts';
import type { JournalOracle } from './journal-oracle.ts';
import type { SimProcess, World } from './world.ts';

/** The calls that have effects or answers; `open` and `close` are left alone: a store outlives its users. */
export type Call = Exclude<
  keyof Backend,
  'name' | 'contract' | 'open' | 'close' | 'list' | 'delete' | 'changed' | 'read'
>;

/** What stands between the store's calls and its effects; a mutant may put itself there. */
export type Effects = Pick<Backend, Call | 'read'>;

interface Current extends Fence {
  readonly process: SimProcess;
}

/** The one store of a world. Watches what is taken and committed in the moment in which it happens. */
export class Store {
  readonly effects: Effects;
  readonly memory: Backend;
  /** Who holds the run. */
  current: Current | undefined;
  /**
   * It was seen to be expired, then renewed, then taken: the contract compares epochs only. The fence keeps the history
   * sound, but for the rest of its lease the old owner does not know.
   */
  isContested = false;
  /** Slept past their lease, and do not know yet that another host has the run. */
  readonly robbed = new Set<SimProcess>();
  readonly #world: World;
  readonly #oracle: JournalOracle;
  /** Epochs that were seen to be expired, and whether they were renewed since. */
  readonly #expired = new Map<number, boolean>();

  constructor(world: World, oracle: JournalOracle, mutate: (effects: Effects, store: Store) => Effects = (it) => it) {
    this.#world = world;
    this.#oracle = oracle;
    // Leases live by the store's own clock, which nobody sets.
    this.memory = memoryBackend({ now: () => world.monotonic });
    this.effects = mutate(this.memory, this);
  }

  /** A call of a process, effects and all. */
  async perform(process: SimProcess, name: Call, given: readonly unknown[]): Promise<unknown> {
    const call = this.effects[name] as (...given: readonly unknown[]) => Promise<unknown>;
    const answer = await call(...given);
    this.#watch(process, name, given, answer);
    return answer;
  }

  #watch(process: SimProcess, name: Call, given: readonly unknown[], answer: unknown): void {
    const { status, fence } = (answer ?? {}) as { readonly status?: string; readonly fence?: Fence };
    if (name === 'create' && status === 'created' && this.#oracle.version === 0) {
      this.current = { ...fence!, process };
      this.#oracle.commit((given[1] as Taking & Pick<Commit, 'events'>).events);
    }
    if (name === 'append' && status === 'ok') this.#appended(process, given[1] as Commit);
    if (name === 'renew' && answer === true) this.#renewed(given[1] as Fence);
    const { expired, epoch } = (answer ?? {}) as { readonly expired?: boolean; readonly epoch?: number };
    if (expired === true && epoch !== undefined) this.#expired.set(epoch, false);
    if (name === 'acquire' && status === 'held') this.#taken(process, fence!);
    if (name === 'release' && (given[1] as Fence).epoch === this.current?.epoch) this.current = undefined;
  }

  #appended(process: SimProcess, commit: Commit): void {
    const isNew = commit.events.at(-1)!.version > this.#oracle.version;
    if (isNew && (this.current?.epoch !== commit.fence.epoch || this.current.process !== process))
      this.#world.fail(`store: ${process.name} wrote under epoch ${commit.fence.epoch}, which does not hold the run`);
    this.#renewed(commit.fence);
    this.#oracle.commit(commit.events);
  }

  #renewed({ epoch }: Fence): void {
    if (this.#expired.has(epoch)) this.#expired.set(epoch, true);
  }

  #taken(process: SimProcess, fence: Fence): void {
    const held = this.current;
    if (held?.epoch === fence.epoch) return;
    if (held !== undefined && !held.process.isDead) {
      const isFar = held.process.machine !== process.machine;
      this.robbed.add(held.process);
      if (isFar && this.#expired.has(held.epoch)) this.#contest(held.epoch);
      else this.#world.fail(`store: ${process.name} took the run from ${held.process.name}, who lives`);
    }
    this.current = { ...fence, process };
    this.#world.say(`${process.name} holds the run under epoch ${fence.epoch}`);
  }

  #contest(epoch: number): void {
    if (this.#expired.get(epoch) !== true || this.isContested) return;
    this.isContested = true;
    this.#world.figures.contested++;
  }
}
