import type { ErrorCode } from '../errors/codes.ts';
import type { RunSummary } from '../run/event.ts';

/** Something that a person may want to know about what is stored. */
export interface StateFinding {
  /** Of the error catalogue. */
  readonly code: ErrorCode;
  /** `error`: damage, which readers and take-ups refuse. `warning`: it works, but should not stay so. `note`: harmless. */
  readonly severity: 'error' | 'warning' | 'note';
  readonly message: string;
  readonly hint?: string;
  /** The run that it is about; absent: all of them. */
  readonly run?: string;
  readonly file?: string;
  /** In bytes from the start of the file. */
  readonly offset?: number;
}

/** A run that is there, but can't even be summed up. */
export interface UnreadableRun {
  readonly runId: string;
  /** Why: `ORCH_JOURNAL_…` where it is damaged, `ORCH_BACKEND_UNAVAILABLE` where it may not be read. */
  readonly error: Error;
}

/** One page of a list. */
export interface RunPage {
  readonly runs: readonly RunSummary[];
  readonly cursor?: string;
  /** On the first page. */
  readonly unreadable?: readonly UnreadableRun[];
}
