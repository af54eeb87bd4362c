import type { Json } from '../json.ts';
import type { WorkflowSpec } from '../spec/workflow-spec.ts';
import type { Owner } from './owner.ts';

/**
 * The events of a journal, format 1. This page is the catalogue: old journals are replayed for ever, so an event is
 * never renamed and a field only ever added. `docs/journal-format.md` says how they stand on disk.
 */
export type RunEvent = EventBody & EventStamp;

/** What the driver adds to each event when it is queued. */
export interface EventStamp {
  /** 1, 2, 3 … within the run, without gaps. */
  readonly version: number;
  /** Wall time in milliseconds since 1970. Information, never order. */
  readonly at: number;
  /** The taking under which it was written. */
  readonly epoch: number;
}

/** An event of one type. */
export type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { readonly type: Type }>;

/** One try at a phase. `attempt` counts up for the whole run and is never reused. */
export interface AttemptId {
  readonly phase: string;
  /** Of an instance of a `for_each` phase. */
  readonly index?: number;
  readonly attempt: number;
  readonly part: 'main' | 'repair';
}

/** Why an attempt failed, for policies to judge. */
export const failureClasses = [
  'timeout',
  'signal',
  'exit',
  'invalid-output',
  'rate-limited',
  'interrupted',
  'plugin',
  'unknown',
] as const;
export type FailureClass = (typeof failureClasses)[number];

/** Which phases of a workflow a run is about; names of phases. */
export interface Selection {
  /** Only these, as if what they depend on had ended without output. */
  readonly only?: readonly string[];
  /** Not these, and so not what depends on them. */
  readonly skip?: readonly string[];
  /** Only these and what they depend on. */
  readonly until?: readonly string[];
}

/** Work that is done before the next attempt: data for an executor. */
export interface Repair {
  readonly kind: string;
  readonly options: { readonly [key: string]: Json };
  readonly timeoutMs?: number;
  /** An exit code that says: nothing was changed, so that another attempt would end like the last. */
  readonly unchangedExitCode?: number;
}

/** An error as data. */
export interface SerializedError {
  /** A code of the error catalogue. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** How a process ended; absent for functions. */
export interface ProcessEnd {
  readonly exitCode?: number;
  /** As in `SIGTERM`. */
  readonly signal?: string;
}

export type EventBody = RunEventBody | PhaseEventBody | PluginEventBody;

export type RunEventBody =
  | {
      readonly type: 'run.created';
      readonly format: 1;
      readonly workflow: WorkflowSpec;
      /** SHA-256 of the workflow's canonical JSON, in hex. */
      readonly workflowHash: string;
      /** As validated, secrets left out. */
      readonly inputs: { readonly [name: string]: Json };
      readonly secrets?: readonly string[];
      /** What the caller chose of the phases; absent: all. */
      readonly selection?: Selection;
      readonly options: {
        readonly concurrency?: number;
        /** The first failure that is not forgiven ends the run: nothing but handlers and clean-ups starts after it. */
        readonly failFast?: true;
      };
      /** The working folder: commands of any take-up run here. */
      readonly directory: string;
      /** The plan file, where there was one. */
      readonly source?: string;
    }
  | {
      readonly type: 'run.started';
      readonly owner: Owner;
      readonly orchVersion: string;
      /** Phases at once in this take-up. */
      readonly concurrency: number;
    }
  | { readonly type: 'run.stopped'; readonly reason: 'signal' | 'waiting' | 'error'; readonly message?: string }
  | {
      readonly type: 'run.reset';
      readonly cause: 'recover' | 'rewind' | 'replan';
      /** The version returned to, for `--checkpoint`. */
      readonly to?: number;
      readonly phases: readonly string[];
    }
  | {
      readonly type: 'run.replanned';
      readonly workflow: WorkflowSpec;
      /** What differs, a line each. */
      readonly changes: readonly string[];
      /** As validated by the new definition, secrets left out; absent: as before. */
      readonly inputs?: { readonly [name: string]: Json };
      /** Beside `inputs`: names of the secret ones that it has; absent: none. */
      readonly secrets?: readonly string[];
    }
  | {
      readonly type: 'run.cancelling';
      readonly by: string;
      readonly reason: 'cancel' | 'timeout';
      readonly message?: string;
    }
  | { readonly type: 'run.waiting'; readonly for: 'approval' | 'time'; readonly until?: number }
  | { readonly type: 'run.completed' }
  | { readonly type: 'run.failed'; readonly reason: 'phases' | 'timeout' | 'hook'; readonly error?: SerializedError }
  | { readonly type: 'run.cancelled' }
  | {
      readonly type: 'checkpoint.created';
      /** Of the phase before which it stands. */
      readonly name: string;
    };

export type PhaseEventBody =
  | ({ readonly type: 'phase.started'; readonly key: string; readonly timeoutMs?: number } & {
      /** Monotonic time in milliseconds at which the attempt times out; means nothing in another boot. */
      readonly deadline?: number;
    } & AttemptId)
  | ({ readonly type: 'phase.adopted' } & AttemptId)
  | ({ readonly type: 'phase.completed'; readonly output?: Json; readonly durationMs: number } & ProcessEnd & AttemptId)
  | ({
      readonly type: 'phase.failed';
      readonly error: SerializedError;
      readonly class: FailureClass;
      readonly durationMs: number;
      /** `false`: not counted against the attempts that the phase has. */
      readonly charge: boolean;
      /** When the next attempt may start, by the clock of the driver that decided it; absent: the failure is final. */
      readonly retryAt?: number;
      /** How long to wait from the decision on; who recorded it waits exactly this. Absent beside `retryAt`: until that wall time. */
      readonly delayMs?: number;
      /** Comes before the next attempt. */
      readonly repair?: Repair;
      /** What the attempt had to say though it failed. */
      readonly output?: Json;
    } & ProcessEnd &
      AttemptId)
  | ({
      readonly type: 'phase.interrupted';
      /** `lost`: its process is gone; `stopped`: orch ended it to stop; `replaced`: the phase was reset. Never charged. */
      readonly reason: 'lost' | 'stopped' | 'replaced';
    } & ProcessEnd &
      AttemptId)
  | {
      readonly type: 'phase.skipped';
      readonly phases: readonly string[];
      /** `deps_not_met`, `condition`, `nothing_failed`, `fail_fast`, `selection`, `not_selected`, or the words of the plugin that skipped it. */
      readonly reason: string;
      /** Its dependents run all the same, without its output. */
      readonly passes?: true;
      /** The phase whose end is the cause. */
      readonly cause?: string;
    }
  | ({ readonly type: 'phase.cancelled'; readonly phases: readonly string[] } & ProcessEnd)
  | {
      readonly type: 'phase.waiting';
      readonly phase: string;
      readonly for: 'approval' | 'time';
      readonly until?: number;
    }
  | { readonly type: 'phase.approved'; readonly phase: string; readonly by: string; readonly message?: string }
  | { readonly type: 'phase.rejected'; readonly phase: string; readonly by: string; readonly message?: string }
  | { readonly type: 'phase.expanded'; readonly phase: string; readonly items: readonly Json[] };

export type PluginEventBody =
  | { readonly type: 'plugin.recorded'; readonly plugin: string; readonly key: string; readonly value: Json }
  | { readonly type: 'warning'; readonly plugin?: string; readonly message: string };

/** The statuses that a backend stores; `interrupted` is derived from `running` and a free lease. */
export type StoredRunStatus = 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled';
export type RunStatus = StoredRunStatus | 'interrupted';
export type PhaseStatus = 'pending' | 'running' | 'completed' | 'failed' | 'skipped' | 'cancelled';

/** What `list` shows of a run without reading its journal. Written with each commit. */
export interface RunSummary {
  readonly runId: string;
  readonly workflow: string;
  readonly status: RunStatus;
  /** Wall time in milliseconds since 1970. */
  readonly createdAt: number;
  /** Of the newest event. */
  readonly updatedAt: number;
  /** Version of the newest event. */
  readonly version: number;
  readonly phases: number;
  readonly completed: number;
  readonly failed: number;
  readonly source?: string;
}
