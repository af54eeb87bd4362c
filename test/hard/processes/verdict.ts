import type { PhaseReport } from '@orch/core';

/** What became of a phase, without what differs from run to run. */
export interface Verdict {
  readonly status: PhaseReport['status'];
  readonly exitCode?: number;
  readonly signal?: string;
  readonly class?: string;
  /** Of its error. */
  readonly code?: string;
}

export const completed: Verdict = { status: 'completed', exitCode: 0 };

/** It ended by itself, and not with 0. */
export function failedWith(exitCode: number): Verdict {
  return exitCode === 0 ? completed : { status: 'failed', exitCode, class: 'exit', code: 'ORCH_PHASE_EXIT' };
}

/** Its shell was killed. */
export function killedBy(signal: string | undefined): Verdict {
  const named = signal === undefined ? {} : { signal };
  return { status: 'failed', ...named, class: 'signal', code: 'ORCH_PHASE_SIGNAL' };
}

export const notStarted: Verdict = { status: 'failed', class: 'unknown', code: 'ORCH_PHASE_START' };

/** Its latest attempt counts. */
export function verdictOf({ status, attempts }: PhaseReport): Verdict {
  const { exitCode, signal, class: failureClass, error } = attempts.at(-1) ?? {};
  return {
    status,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(signal === undefined ? {} : { signal }),
    ...(failureClass === undefined ? {} : { class: failureClass }),
    ...(error === undefined ? {} : { code: error.code }),
  };
}
