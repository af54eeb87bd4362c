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
  readonly attempts: number;
  readonly exitCode?: number;
  readonly signal?: string;
  readonly result?: unknown;
  readonly error?: SerializedError;
  readonly reason?: string;
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

function phaseResult({ name, status, attempts, output, reason }: PhaseReport): PhaseResult {
  const last = attempts.at(-1);
  const why = reason ?? (status === 'pending' ? last?.reason : undefined);
  return {
    name,
    status,
    attempts: attempts.length,
    ...(last?.exitCode === undefined ? {} : { exitCode: last.exitCode }),
    ...(last?.signal === undefined ? {} : { signal: last.signal }),
    ...(output === undefined ? {} : { result: output }),
    ...(status !== 'failed' || last?.error === undefined ? {} : { error: last.error }),
    ...(why === undefined ? {} : { reason: why }),
  };
}
