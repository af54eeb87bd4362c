import type { Executor } from '../executor/executor.ts';
import type { Draft } from '../run/decide.ts';
import type { RunEvent } from '../run/event.ts';
import type { Fence } from '../run/owner.ts';
import type { RunState } from '../run/state.ts';
import type { AdoptedAttempt } from './attempt-runner.ts';
import type { Moment } from './lease.ts';
import type { RunRules } from './rules.ts';
import type { RunInputs } from './scope.ts';
import type { EngineParts } from './run-parts.ts';

export interface DriverParts {
  readonly engine: EngineParts;
  readonly state: RunState;
  readonly fence: Fence;
  /** When the taking of the run was asked for: its lease is that old. */
  readonly takenAt: Moment;
  readonly resumed: boolean;
  readonly executorOf: (kind: string) => Executor;
  /** What the definition says in expressions and functions. */
  readonly rules: RunRules;
  /** Of the run, secret ones included. */
  readonly inputs: RunInputs;
  /** Names of the secret inputs that there may be. */
  readonly secrets: readonly string[];
  /** Names of those that the run has. */
  readonly neededSecrets: readonly string[];
}

/** What a take-up begins with. */
export interface Beginning {
  /** Events that stand in the journal already: those that created the run. */
  readonly committed?: readonly RunEvent[];
  readonly drafts?: readonly Draft[];
  readonly adopted?: readonly AdoptedAttempt[];
  /** Messages whose effect the drafts are. */
  readonly handled?: readonly string[];
}
