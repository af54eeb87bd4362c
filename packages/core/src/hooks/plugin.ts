import type { Executor, Log } from '../executor/executor.ts';
import type { DescribedSchema } from '../schema.ts';
import type { ExpressionPlace } from '../spec/phase-keys.ts';
import type { Hooks, OptionKey } from './lifecycle-hooks.ts';

/** A plain object that adds taps, executors or phase options; making one needs no runtime import of core. */
export interface Plugin {
  /** Unique in an orchestrator; named in warnings and errors. */
  readonly name: string;
  readonly contract: 1;
  /** Called once, when the orchestrator is made. */
  apply(host: PluginHost): void;
}

export interface PhaseOptionSettings<T> {
  /** What a phase of a plan file has that leaves the key out. TypeScript has no such defaults. */
  readonly planDefault?: T;
  /** `false`: plan files may not use the key yet ("not supported yet"). */
  readonly inPlans?: boolean;
  /** Another key that says the same in another way: a phase of a plan file has one of the two. */
  readonly notBeside?: string;
  /** Whether `${{ … }}` in the texts of this value is expanded before an executor gets it; default: never, and it is an error there. */
  readonly templates?: (value: T) => boolean;
  /** Whether secret inputs may be expanded in it, too: only where nobody but the process sees the value. Default: false. */
  readonly secrets?: boolean;
  /** The expressions in this value that `onError` taps evaluate, each with its place: validation parses them. */
  readonly expressions?: (value: T) => readonly ExpressionPlace[];
}

/** What a plugin may do, handed to {@link Plugin.apply}. May be taken apart: nothing in it needs `this`. */
export interface PluginHost {
  readonly hooks: Hooks;
  readonly log: Log;
  /** Wall time in milliseconds since 1970, of the orchestrator's clock. */
  readonly now: () => number;
  /** A number from 0 up to, not including, 1. */
  readonly random: () => number;
  /**
   * Carries out phases of this kind. In a plan file the phase option of the same name says that a phase is of this kind
   * (`command`). A second executor of one kind is an error.
   */
  readonly executor: (kind: string, executor: Executor) => void;
  /** Owns a key of phases: its values are checked against the schema, wherever the workflow came from. */
  readonly phaseOption: <T>(key: string, schema: DescribedSchema<T>, settings?: PhaseOptionSettings<T>) => OptionKey<T>;
  /** What to do when the orchestrator is closed, after its runs. */
  readonly onClose: (close: () => void | Promise<void>) => void;
}
