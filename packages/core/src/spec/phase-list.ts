import type { PhaseFunction, PhaseRules } from './workflow.ts';
import type { PhaseSpec } from './workflow-spec.ts';

/** A phase as data, and its function if it has one. */
export interface LoweredPhase {
  readonly spec: PhaseSpec;
  readonly function?: PhaseFunction;
  readonly rules?: PhaseRules;
}

/** What of phases is code, by name. */
interface Code {
  readonly functions: ReadonlyMap<string, PhaseFunction>;
  readonly rules: ReadonlyMap<string, PhaseRules>;
}

/** The phases of a workflow under construction. Immutable: `add` answers with a longer list. */
export interface PhaseList {
  has(name: string): boolean;
  names(): readonly string[];
  add(phase: LoweredPhase): PhaseList;
  read(): { readonly phases: readonly PhaseSpec[] } & Code;
}

/** All lists of one chain share a store; each sees its beginning, up to its own length. */
interface Store {
  readonly phases: LoweredPhase[];
  readonly indexOf: Map<string, number>;
}

/** A list of phases that were checked before; none: empty. */
export function phaseList(
  phases: readonly PhaseSpec[] = [],
  code: Code = { functions: new Map(), rules: new Map() },
): PhaseList {
  let list: PhaseList | undefined;
  // Filled on first use: workflows that come from plans are seldom built upon.
  const filled = (): PhaseList =>
    (list ??= new View(storeOf(phases.map((spec) => withCode(spec, code))), phases.length));
  return {
    has: (name) => filled().has(name),
    names: () => filled().names(),
    add: (phase) => filled().add(phase),
    read: () => filled().read(),
  };
}

/** The first list that grows appends to the store; a second one from the same point (a branch) copies its beginning. */
class View implements PhaseList {
  readonly #store: Store;
  readonly #length: number;

  constructor(store: Store, length: number) {
    this.#store = store;
    this.#length = length;
  }

  has(name: string): boolean {
    return (this.#store.indexOf.get(name) ?? this.#length) < this.#length;
  }

  names(): readonly string[] {
    return this.#own().map((it) => it.spec.name);
  }

  add(phase: LoweredPhase): PhaseList {
    const store = this.#store.phases.length === this.#length ? this.#store : storeOf(this.#own());
    store.indexOf.set(phase.spec.name, this.#length);
    store.phases.push(phase);
    return new View(store, this.#length + 1);
  }

  read(): ReturnType<PhaseList['read']> {
    const phases = this.#own();
    const functions = new Map<string, PhaseFunction>();
    const rules = new Map<string, PhaseRules>();
    const specs: PhaseSpec[] = [];
    for (const phase of phases) {
      const { spec } = phase;
      specs.push(spec);
      if (phase.function !== undefined) functions.set(spec.name, phase.function);
      if (phase.rules !== undefined) rules.set(spec.name, phase.rules);
    }
    return { phases: specs, functions, rules };
  }

  #own(): LoweredPhase[] {
    return this.#store.phases.slice(0, this.#length);
  }
}

function storeOf(phases: LoweredPhase[]): Store {
  return { phases, indexOf: new Map(phases.map((it, index) => [it.spec.name, index])) };
}

function withCode(spec: PhaseSpec, { functions, rules }: Code): LoweredPhase {
  const run = functions.get(spec.name);
  const own = rules.get(spec.name);
  return { spec, ...(run === undefined ? {} : { function: run }), ...(own === undefined ? {} : { rules: own }) };
}
