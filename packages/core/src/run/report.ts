import type { WorkflowSpec } from '../spec/workflow-spec.ts';
import type {
  AttemptId,
  FailureClass,
  PhaseStatus,
  ProcessEnd,
  RunEvent,
  RunSummary,
  SerializedError,
} from './event.ts';
import type { Owner } from './owner.ts';

/** What a person wants to know of a run: the journal, folded. */
export interface RunReport extends Pick<
  RunSummary,
  'runId' | 'workflow' | 'status' | 'createdAt' | 'updatedAt' | 'version' | 'source'
> {
  readonly directory: string;
  /** Who took the run up last, and when. */
  readonly owner?: Owner;
  readonly ownedSince?: number;
  readonly takeUps: number;
  readonly phases: readonly PhaseReport[];
  readonly checkpoints: readonly { readonly name: string; readonly version: number; readonly at: number }[];
  readonly warnings: readonly string[];
  /** Why a run failed or was cancelled. */
  readonly reason?: string;
  /** What its definition became, a line each: the changes of all replans. */
  readonly changes?: readonly string[];
}

export interface PhaseReport {
  readonly name: string;
  readonly kind: string;
  readonly status: PhaseStatus;
  readonly attempts: readonly AttemptReport[];
  readonly output?: unknown;
  /** Of a failed phase that could not be started. */
  readonly error?: SerializedError;
  /** Of a failed phase: the run goes on, and can still complete. */
  readonly forgiven?: true;
  /** Of a skipped phase, or of one that waits. */
  readonly reason?: string;
  readonly cause?: string;
  /** Of a phase between attempts: when the next may start. */
  readonly retryAt?: number;
}

export interface AttemptReport extends AttemptId, ProcessEnd {
  readonly key: string;
  readonly startedAt: number;
  readonly endedAt?: number;
  /** How long it took, of one that completed or failed: in milliseconds, by a clock that nobody sets. */
  readonly durationMs?: number;
  readonly status: 'running' | 'completed' | 'failed' | 'interrupted' | 'cancelled' | 'skipped';
  readonly adopted: boolean;
  readonly class?: FailureClass;
  readonly error?: SerializedError;
  /** Of an interrupted attempt. */
  readonly reason?: string;
}

/** Folds events into a report; the live view and `show` use the same one. */
export interface RunReporter {
  readonly report: RunReport;
  readonly spec: WorkflowSpec | undefined;
  add(event: RunEvent): void;
}
