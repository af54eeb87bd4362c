import type { Json } from '../json.ts';
import type { Graph } from '../spec/graph.ts';
import type { WorkflowSpec } from '../spec/workflow-spec.ts';
import type {
  AttemptId,
  EventOf,
  FailureClass,
  ProcessEnd,
  Repair,
  RunStatus,
  SerializedError,
  StoredRunStatus,
} from './event.ts';
import type { Owner } from './owner.ts';
import { PriorityQueue } from './priority-queue.ts';

/** A phase, with only what its status allows. */
export type PhaseState = Pending | Running | Completed | Failed | Skipped | Cancelled;

export interface Pending {
  readonly status: 'pending';
  /** Between attempts: when it may start, on the clock that `decide` is asked with. */
  readonly dueAt?: number;
  readonly delayMs?: number;
  /** Between attempts: the wall time until which it waits, where that came from outside. */
  readonly until?: number;
  /** What is to be done before its next attempt. */
  readonly mending?: Mending;
}

/** A repair, and the failure that it is about. */
export interface Mending {
  readonly repair: Repair;
  readonly failed: {
    readonly attempt: number;
    readonly key: string;
    readonly class: FailureClass;
    readonly message: string;
    readonly output?: Json;
  } & ProcessEnd;
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
  /** Of a repair. */
  readonly mending?: Mending;
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
  /** Its dependents run all the same. */
  readonly passes?: true;
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
  created: EventOf<'run.created'>;
  spec: WorkflowSpec;
  graph: Graph;
  updatedAt: number;
  /** Phases at once in this take-up. */
  concurrency: number;
  /** Who drives it now or drove it last. */
  owner: Owner | undefined;
  cancelling: EventOf<'run.cancelling'> | undefined;
  /** A second cancel: clean-ups end, too. */
  cancellingAll: boolean;
  /** Why the run failed. */
  failure: EventOf<'run.failed'> | undefined;
  phases: PhaseState[];
  /** How many phases are in each status. */
  counts: Record<PhaseState['status'], number>;
  /** How many of those that are pending are handlers (`failed`), and clean-ups (`always`). */
  pendingAfter: Record<'failed' | 'always', number>;
  /** Attempts made, for the whole life of the run: numbers are never reused. */
  attempts: Int32Array;
  /** The same of phases that a replan took away, by name: one that comes back counts on. */
  readonly formerAttempts: Map<string, number>;
  /** Attempts that count against those that the phase has, since it was last reset. */
  charged: Int32Array;
  /** Times that the phase was lost in a row. */
  lost: Int32Array;
  /** Wall time of its first start since it was last reset; 0: it was not started. */
  begunAt: Float64Array;
  /** Dependencies that have not ended in the way that the phase asks for. */
  unmet: Int32Array;
  /** Failed phases that the run is not forgiven. */
  unforgiven: number;
  /** The first that failed without being forgiven since the run was last opened: it ends a run that fails fast. */
  firstFailure: number | undefined;
  /** 1: the phase has its checkpoint since it was last reset. */
  marked: Uint8Array;
  /** Version of the latest checkpoint on the current line; 0: none. */
  checkpoints: Float64Array;
  /** Phases that may start, in file order. */
  readonly ready: PriorityQueue<number>;
  /** Phases between attempts, the earliest first. */
  readonly due: PriorityQueue<DueEntry>;
  /** Phases that wait for a time from outside, the earliest first: by the wall, not by the driver's clock. */
  readonly dueByWall: PriorityQueue<DueEntry>;
  /** Phases that ended without success and whose dependents are to be skipped, oldest first. */
  spreading: number[];
  /** What plugins remember, by plugin and key. */
  readonly memory: Map<string, Map<string, Json>>;
}

export interface DueEntry {
  readonly at: number;
  readonly phase: number;
}

const earlierFirst = (a: DueEntry, b: DueEntry): boolean => a.at < b.at || (a.at === b.at && a.phase < b.phase);

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
    cancellingAll: false,
    failure: undefined,
    phases: [],
    counts: { pending: size, running: 0, completed: 0, failed: 0, skipped: 0, cancelled: 0 },
    pendingAfter: { failed: 0, always: 0 },
    attempts: new Int32Array(size),
    formerAttempts: new Map(),
    charged: new Int32Array(size),
    lost: new Int32Array(size),
    begunAt: new Float64Array(size),
    unmet: graph.inDegree.slice(),
    unforgiven: 0,
    firstFailure: undefined,
    marked: new Uint8Array(size),
    checkpoints: new Float64Array(size),
    ready: new PriorityQueue<number>((a, b) => a < b),
    due: new PriorityQueue(earlierFirst),
    dueByWall: new PriorityQueue(earlierFirst),
    spreading: [],
    memory: new Map(),
  };
  for (let phase = 0; phase < size; phase++) {
    state.phases.push(pending);
    if (state.unmet[phase] === 0) state.ready.push(phase);
    const { after } = state.spec.phases[phase]!;
    if (after !== undefined) state.pendingAfter[after]++;
  }
  return state;
}

/** Whether a run of this status has ended: only `run.reset` opens it again. */
export function isTerminal(status: RunStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

export function nameOf(state: RunState, phase: number): string {
  return state.spec.phases[phase]!.name;
}
