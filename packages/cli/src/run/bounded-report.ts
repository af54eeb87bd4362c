import type { PhaseReport, RunReport } from '@orch/core';
import type { CriticalPath } from './critical-path.ts';

/** What somebody has to look into comes first. */
const order: readonly PhaseReport['status'][] = ['failed', 'running', 'cancelled', 'pending', 'skipped', 'completed'];

/** A report with so many phases at most: those first that somebody has to look into. Of all else that grows with them, too. */
export function withFirstPhases(report: RunReport, limit: number): RunReport {
  if (report.phases.length <= limit) return report;
  const phases = report.phases.toSorted((one, other) => rankOf(one) - rankOf(other)).slice(0, limit);
  const { changes, checkpoints } = report;
  return {
    ...report,
    phases,
    checkpoints: checkpoints.slice(-limit),
    ...(changes === undefined ? {} : { changes: changes.slice(0, limit) }),
  };
}

/** A failure that was forgiven is as good as an end. */
function rankOf({ status, forgiven }: PhaseReport): number {
  return forgiven === true ? order.length : order.indexOf(status);
}

/** The longest steps of a path, in the order in which they ran. */
export function withLongestSteps(path: CriticalPath, limit: number): CriticalPath {
  const longest = new Set(path.steps.toSorted((one, other) => other.ms - one.ms).slice(0, limit));
  return { ...path, steps: path.steps.filter((step) => longest.has(step)) };
}
