import type { Outcome } from '../executor/executor.ts';
import type { Json } from '../json.ts';
import type { FailureClass, Repair, RunEvent, RunStatus, SerializedError } from '../run/event.ts';

type Awaitable<T> = T | Promise<T>;

/** A name, or the name with tapable's `stage` and `before`, and the tap's own time limit (default 30,000 ms). */
export type TapOptions =
  | string
  | {
      readonly name: string;
      /** Order among taps: lower first; default 0. */
      readonly stage?: number;
      /** Runs before the tap of this name. */
      readonly before?: string;
      readonly timeLimitMs?: number;
    };

/** One of tapable's hooks, seen from the tapping side. `tap` takes async functions too: core guards each tap. */
export interface Tappable<Context, Answer = never> {
  tap(options: TapOptions, listen: (context: Context) => Awaitable<Answer | void>): void;
  tapPromise(options: TapOptions, listen: (context: Context) => Promise<Answer | void>): void;
}

/** One small map for each plugin and run, kept in the journal. */
export interface Memory {
  /** A copy of what was set last; `undefined`: nothing was. */
  get(key: string): Json | undefined;
  /** Keeps a copy of the value, and settles when it is committed. Throws a `TypeError` where JSON can't hold it. */
  set(key: string, value: Json): Promise<void>;
}

export interface RunView {
  readonly runId: string;
  readonly workflow: string;
  /** Whether an earlier take-up began the run. */
  readonly resumed: boolean;
  /** Aborted when the run is stopped or cancelled, and when this process lets go of it. */
  readonly signal: AbortSignal;
  readonly memory: Memory;
}

/** The key of a phase option, as `phaseOption` answers it. */
export interface OptionKey<T> {
  readonly key: string;
  readonly '~type'?: T;
}

export interface AttemptView {
  readonly run: RunView;
  readonly phase: string;
  readonly index?: number;
  readonly attempt: number;
  /** Attempts that were charged before this one since the phase was last reset. */
  readonly charged: number;
  readonly signal: AbortSignal;
  /** The phase's value of a plugin's option. */
  option<T>(key: OptionKey<T>): T | undefined;
}

/** A failed attempt. */
export interface PhaseError extends SerializedError {
  readonly phase: string;
  readonly attempt: number;
  readonly class: FailureClass;
  readonly exitCode?: number;
  readonly signal?: string;
  /** The declared output, where the attempt left one though it failed. */
  readonly output?: Json;
}

/** A failed attempt, for those who decide what becomes of it. */
export interface FailedView extends AttemptView {
  readonly error: PhaseError;
  /** Wall time at which the attempt was started, in milliseconds since 1970. */
  readonly startedAt: number;
  /** Milliseconds of wall time since the phase was started first, since it was last reset. */
  readonly elapsedMs: number;
  /** The end of what the attempt printed, at most so many bytes; '' where nothing is known of it. */
  readonly tail: (maxBytes: number) => Promise<string>;
  /** The value of an expression of one of the phase's options; reads `output`, `exit_code`, `inputs`, `outputs`, `phases`, `run`. Throws as the expression does. */
  readonly evaluate: (source: string) => Json | undefined;
}

/** What becomes of a failed attempt. */
export type Decision =
  /** Another attempt, not before this wall time. */
  | (Again & { readonly retryAt: number })
  /** The same where the time comes from outside (a rate limit's reset): it is waited for by the wall alone. */
  | (Again & { readonly until: number })
  | { readonly skip: string }
  | { readonly fail: true; /** Why, added to the error. */ readonly note?: string };

export interface Again {
  /** `false`: this failure does not count against the attempts. Default: true. */
  readonly charge?: boolean;
  /** What the failure is after all; default: what it was. */
  readonly class?: FailureClass;
  /** Work to be done before the next attempt, itself an attempt. Where it fails the phase fails. */
  readonly repair?: Repair;
}

/**
 * The hooks of a run.
 *
 * | hook | called | how often | a tap that throws or exceeds its limit |
 * | --- | --- | --- | --- |
 * | beforeRun | after `run.started` is committed | once a take-up | the run does not start |
 * | beforePhase | after `phase.started` is committed, outside the phase's timeout; not on adoption | at least once an attempt | the phase fails |
 * | onError | before the failure is committed; must have no effects of its own; first answer wins, none: fail | at least once | the phase fails with both errors |
 * | onEvent | after the commit, in order; not for replayed events | at most once | told once on stderr, switched off in this process |
 * | onCheckpoint | after the commit | at most once | warning |
 * | afterPhase | after an attempt's outcome is committed; dependents do not wait | at most once | warning |
 * | afterRun | after the terminal event or `run.stopped`, before the run is let go | at most once | warning |
 */
export interface Hooks {
  readonly beforeRun: Tappable<RunView>;
  readonly afterRun: Tappable<RunView & { readonly status: RunStatus }>;
  readonly beforePhase: Tappable<BeforePhase, { readonly skip: string }>;
  readonly afterPhase: Tappable<AttemptView & { readonly outcome: Outcome }>;
  readonly onError: Tappable<FailedView, Decision>;
  readonly onCheckpoint: Tappable<RunView & { readonly checkpoint: string; readonly version: number }>;
  readonly onEvent: {
    tap(
      options: TapOptions,
      listen: (event: RunEvent, run: { readonly runId: string; readonly workflow: string }) => void,
    ): void;
  };
}

/** What `beforePhase` taps see; they may change `env` and `cwd`. */
export type BeforePhase = AttemptView & { readonly env: Record<string, string>; cwd?: string };
