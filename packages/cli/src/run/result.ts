import type { PhaseReport, RunReport, RunStatus } from '@orch/core';
import type { SerializedError } from '@orch/core/author';

/** The answer of `execute --json` and `recover --json`. */
export interface ResultMap {
  readonly run: string;
  readonly workflow: string;
  readonly status: RunStatus;
  readonly reason?: string;
  readonly phases: readonly PhaseResult[];
}

interface PhaseResult {
  readonly name: string;
  readonly status: PhaseReport['status'];
  /** Repairs are none. */
  readonly attempts: number;
  readonly exitCode?: number;
  readonly signal?: string;
  readonly result?: unknown;
  readonly error?: SerializedError;
  readonly reason?: string;
  /** Of a failed phase: the run goes on, and can still complete. */
  readonly forgiven?: true;
}

/** `status` is handed in: whether a running run is interrupted is not in its journal. */
export function resultOf(report: RunReport, status: RunStatus): ResultMap {
  return {
    run: report.runId,
    workflow: report.workflow,
    status,
    ...(report.reason === undefined ? {} : { reason: report.reason }),
    phases: report.phases.map(phaseResult),
  };
}

function phaseResult({ name, status, attempts, output, reason, forgiven, error: refusal }: PhaseReport): PhaseResult {
  const last = attempts.at(-1);
  // Of a phase that failed without an attempt, the one before tells nothing.
  const { exitCode, signal } = refusal === undefined && last !== undefined ? last : {};
  const error = status === 'failed' ? (refusal ?? last?.error) : undefined;
  const why = reason ?? (status === 'pending' ? last?.reason : undefined);
  return {
    name,
    status,
    attempts: attempts.filter(({ part }) => part === 'main').length,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(signal === undefined ? {} : { signal }),
    ...(output === undefined ? {} : { result: output }),
    ...(error === undefined ? {} : { error }),
    ...(why === undefined ? {} : { reason: why }),
    ...(forgiven === undefined ? {} : { forgiven }),
  };
}
