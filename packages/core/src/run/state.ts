import type { Json } from '../json.ts';
import type { Graph } from '../spec/graph.ts';
import type { WorkflowSpec } from '../spec/workflow-spec.ts';
import type { AttemptId, EventOf, FailureClass, ProcessEnd, SerializedError, StoredRunStatus } from './event.ts';
import type { RunStatus } from './event.ts';
import type { Owner } from './owner.ts';
import { PriorityQueue } from './priority-queue.ts';

/** A phase, with only what its status allows. */
export type PhaseState = Pending | Running | Completed | Failed | Skipped | Cancelled;

export interface Pending {
  readonly status: 'pending';
  /** Between attempts: when it may start, on the clock that `decide` is asked with. */
  readonly dueAt?: number;
  readonly delayMs?: number;
}

export interface Running {
  readonly status: 'running';
  readonly attempt: number;
  readonly part: AttemptId['part'];
  readonly key: string;
  readonly timeoutMs: number | undefined;
  readonly deadline: number | undefined;
  /** Wall time of `phase.started`. */
  readonly startedAt: number;
  /** Who started it. */
  readonly owner: Owner;
}

export interface Completed {
  readonly status: 'completed';
  readonly output?: Json;
}

export interface Failed extends ProcessEnd {
  readonly status: 'failed';
  readonly attempt: number;
  readonly error: SerializedError;
  readonly class: FailureClass;
}

export interface Skipped {
  readonly status: 'skipped';
  readonly reason: string;
  readonly cause?: string;
}

export interface Cancelled {
  readonly status: 'cancelled';
}

/** Shared by all phases that were never touched, and by all that ended without a word: a run of 100,000 phases is small. */
export const pending: Pending = Object.freeze({ status: 'pending' });
export const cancelled: Cancelled = Object.freeze({ status: 'cancelled' });
export const completedWithoutOutput: Completed = Object.freeze({ status: 'completed' });

/**
 * All that a journal says of a run, kept up by `apply` in place. Phases are numbered as in the graph; names are looked
 * up at the doors only. The queues hold what `decide` may want next: an entry that became stale meanwhile is dropped by
 * `apply` when it comes to the front, so that `decide` changes nothing.
 */
export interface RunState {
  readonly runId: string;
  /** Of the newest event; 0: there is no run yet. */
  version: number;
  epoch: number;
  status: StoredRunStatus;
  readonly created: EventOf<'run.created'>;
  readonly spec: WorkflowSpec;
  readonly graph: Graph;
  updatedAt: number;
  /** Phases at once in this take-up. */
  concurrency: number;
  /** Who drives it now or drove it last. */
  owner: Owner | undefined;
  cancelling: EventOf<'run.cancelling'> | undefined;
  /** Why the run failed. */
  failure: EventOf<'run.failed'> | undefined;
  readonly phases: PhaseState[];
  /** How many phases are in each status. */
  readonly counts: Record<PhaseState['status'], number>;
  /** Attempts made, for the whole life of the run: numbers are never reused. */
  readonly attempts: Int32Array;
  /** Attempts that count against those that the phase has, since it was last reset. */
  readonly charged: Int32Array;
  /** Times that the phase was lost in a row. */
  readonly lost: Int32Array;
  /** Dependencies that are not completed. */
  readonly unmet: Int32Array;
  /** 1: the phase has its checkpoint since it was last reset. */
  readonly marked: Uint8Array;
  /** Version of the latest checkpoint on the current line; 0: none. */
  readonly checkpoints: Float64Array;
  /** Phases that may start, in file order. */
  readonly ready: PriorityQueue<number>;
  /** Phases between attempts, the earliest first. */
  readonly due: PriorityQueue<{ readonly at: number; readonly phase: number }>;
  /** Phases that ended without success and whose dependents are to be skipped, oldest first. */
  spreading: number[];
  /** What plugins remember, by plugin and key. */
  readonly memory: Map<string, Map<string, Json>>;
}

/** The state after `run.created`. */
export function initialState(runId: string, created: EventOf<'run.created'>, graph: Graph): RunState {
  const { size } = graph;
  const state: RunState = {
    runId,
    version: created.version,
    epoch: created.epoch,
    status: 'running',
    created,
    spec: created.workflow,
    graph,
    updatedAt: created.at,
    concurrency: 1,
    owner: undefined,
    cancelling: undefined,
    failure: undefined,
    phases: Array.from({ length: size }, () => pending),
    counts: { pending: size, running: 0, completed: 0, failed: 0, skipped: 0, cancelled: 0 },
    attempts: new Int32Array(size),
    charged: new Int32Array(size),
    lost: new Int32Array(size),
    unmet: graph.inDegree.slice(),
    marked: new Uint8Array(size),
    checkpoints: new Float64Array(size),
    ready: new PriorityQueue<number>((a, b) => a < b),
    due: new PriorityQueue((a, b) => a.at < b.at || (a.at === b.at && a.phase < b.phase)),
    spreading: [],
    memory: new Map(),
  };
  for (let phase = 0; phase < size; phase++) if (state.unmet[phase] === 0) state.ready.push(phase);
  return state;
}

/** Whether a run of this status has ended: only `run.reset` opens it again. */
export function isTerminal(status: RunStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

export function nameOf(state: RunState, phase: number): string {
  return state.spec.phases[phase]!.name;
}
