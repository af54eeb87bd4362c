import type { Json } from '../json.ts';
import type { FailureClass, ProcessEnd, SerializedError } from '../run/event.ts';
import type { Owner } from '../run/owner.ts';
import type { Finding, OutputSource } from '../spec/workflow-spec.ts';

/** Where a phase's own words go. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
}

/** One try at a phase, as its executor sees it. */
export interface Attempt {
  readonly runId: string;
  readonly workflow: string;
  readonly phase: string;
  readonly index?: number;
  readonly number: number;
  readonly part: 'main' | 'repair';
  /** Random, new for each attempt: names its files and marks its processes. */
  readonly key: string;
  /** The phase's plugin-owned keys, defaults included. */
  readonly options: { readonly [key: string]: Json };
  /** Of the attempt, in milliseconds; absent: none. The engine watches it and aborts the signal. */
  readonly timeoutMs?: number;
  /** The process that started the attempt. */
  readonly owner: Owner;
  /** Where the structured output that the phase declares stands; absent: it declares none. Core checks it against its schema. */
  readonly output?: OutputSource;
  /** Of a repair: the attempt whose failure it is to mend. */
  readonly failed?: FailedAttempt;
}

/** The failure that a repair is about. */
export interface FailedAttempt extends ProcessEnd {
  readonly number: number;
  readonly key: string;
  readonly class: FailureClass;
  readonly message: string;
  readonly output?: Json;
}

/** Why the engine ends an attempt: the `reason` of {@link AttemptContext.signal}. */
export type StopReason = 'timeout' | 'cancelled' | 'stopped' | 'replaced';

export interface AttemptContext {
  /** Aborted with a {@link StopReason}: the executor ends the work within its grace and answers `aborted`. */
  readonly signal: AbortSignal;
  /** Aborted when a person asks a second time: end it now, without grace. */
  readonly kill: AbortSignal;
  /**
   * Whether the attempt is still in the hands of this process: its run was not let go, nor taken over by another process.
   * Ask before you end work that outlives this process for a reason of your own, as an idle timeout is. `false`: leave
   * alone what runs; nobody hears the outcome any more. Never rejects.
   */
  readonly holds: () => Promise<boolean>;
  /** Secrets included: they belong into the environment of a process and nowhere else. */
  readonly inputs: { readonly [name: string]: Json };
  /** Names of the inputs that are secret. */
  readonly secrets: readonly string[];
  /** Outputs of the completed phases that this one depends on, by name; without a prototype. */
  readonly outputs: { readonly [phase: string]: Json };
  /** Variables that `beforePhase` taps added. */
  readonly env: Readonly<Record<string, string>>;
  /** The working folder that a `beforePhase` tap chose. */
  readonly cwd?: string;
  /** The run's working folder. */
  readonly directory: string;
  /** The same for every attempt of a phase in a run: what happened twice can be told by it. */
  readonly idempotencyKey: string;
  readonly log: Log;
}

/**
 * How an attempt ended. A value (E01, E02), and JSON (E03 … E06): what an executor throws is its own failure, class `unknown`;
 * what it answers that is no outcome is one of class `plugin`, `ORCH_EXECUTOR_ANSWER`.
 */
export type Outcome =
  | ({ readonly status: 'completed'; readonly output?: Json } & ProcessEnd)
  | ({
      readonly status: 'failed';
      readonly error: SerializedError;
      readonly class: FailureClass;
      /** The declared output, where the attempt left one though it failed: policies may read it. */
      readonly output?: Json;
      /** Seen by `afterPhase` only: when the next attempt may start. Absent: the failure is final. */
      readonly retryAt?: number;
    } & ProcessEnd)
  /** Ended because the signal was aborted, whatever its exit code. */
  | ({
      readonly status: 'aborted';
      /** What a person should know, as in "still running". */ readonly note?: string;
    } & ProcessEnd);

/** An attempt that an earlier process started: its outcome to come, or `gone`, known to run no more and to have no result. */
export type Adopted = { readonly outcome: Promise<Outcome> } | { readonly gone: true };

export interface SettleOptions {
  /** Nobody takes the run up: it is about to be deleted. */
  readonly toDelete?: boolean;
}

/**
 * Carries out attempts of one kind of phase. What it means is defined by the numbered cases of `executorConformance` in
 * `@orch/testkit`, named here (E01 …). Attempts don't meet: neither those of two runs nor of two phases or instances (E10, E11).
 */
export interface Executor {
  /** Adds findings to validation, for all phases of its kind at once. `path` starts at the phase (E14, E15). */
  check?(phases: readonly PhaseToCheck[]): Promise<readonly (Finding & { readonly phase: string })[]>;
  /**
   * Called at each take-up, before anything starts: prepares the run's place on this host, and claims and stops every
   * attempt of the run found here whose key the journal does not know (a lost tail). Others go on (E16 … E18). With
   * `toDelete` the run is about to be deleted: nothing is prepared, and what is stopped is all that happens.
   */
  settle?(runId: string, knownKeys: ReadonlySet<string>, options?: SettleOptions): Promise<void>;
  /**
   * The signals are not aborted yet when it is called; they end the work (E07 … E09). Names of phases are any text
   * (E12), and a phase has many attempts (E13). A rejection with `ORCH_BACKEND_UNAVAILABLE` says that the state of
   * the attempt can't be kept (a full disk): this process lets go of the run, which can be recovered once there is room.
   */
  execute(attempt: Attempt, context: AttemptContext): Promise<Outcome>;
  /**
   * Answers at once, the same to whoever asks again (E19 … E22); the signals end what it goes on with (E23, E24). A throw,
   * or another answer, stops the take-up: it is never read as gone (E25, E26). Without it every earlier attempt is gone.
   */
  adopt?(attempt: Attempt, context: AttemptContext & { readonly otherHost: boolean }): Promise<Adopted>;
  /** The end of what an attempt printed, at most so many bytes of it, for policies that look for words; '' where there is nothing. */
  tail?(attempt: Attempt, maxBytes: number): Promise<string>;
}

export interface PhaseToCheck {
  readonly phase: string;
  readonly options: { readonly [key: string]: Json };
  /** Whether other phases run before it (they may build what it needs). */
  readonly dependent: boolean;
  /** Of one attempt; absent: none. */
  readonly timeoutMs?: number;
  /** Whether its output or `fail_when` is looked at, whatever it ends with. */
  readonly judged?: boolean;
}
