import type { PhaseReport } from '@orch/core';
import { waitsForTime } from '../run/folded-run.ts';
import { describeFailure, describeSkipped, describeWait } from './phase-words.ts';
import { formatMoment, harmless } from './text.ts';

/** Why a phase is what it is: of one that completed, nothing. */
export function whyOf(phase: PhaseReport, now: number): string {
  const { status, attempts, forgiven, error } = phase;
  const last = attempts.at(-1);
  return [
    error === undefined ? '' : harmless(error.message),
    error === undefined && status === 'failed' && last !== undefined ? describeFailure(last) : '',
    forgiven === undefined ? '' : 'forgiven',
    describeState(phase, now),
  ]
    .filter((it) => it !== '')
    .join(', ');
}

function describeState(phase: PhaseReport, now: number): string {
  const { status, reason, cause, retryAt } = phase;
  if (reason !== undefined) return status === 'skipped' ? describeSkipped(reason, cause) : harmless(reason);
  if (retryAt === undefined) return '';
  return waitsForTime(phase)
    ? describeWait(retryAt, { now, why: 'rate-limited' })
    : `next attempt at ${formatMoment(retryAt, now)}`;
}
