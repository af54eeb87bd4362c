import type { PhaseReport } from '@orch/core';
import { phaseMs } from '../run/folded-run.ts';

const ranks: Readonly<Record<PhaseReport['status'], number>> = {
  failed: 0,
  running: 1,
  cancelled: 2,
  completed: 3,
  pending: 4,
  skipped: 5,
};

/** At most so many phases, in their order: what failed or runs first, then what took longest. */
export function choosePhases(phases: readonly PhaseReport[], most: number, now: number): readonly PhaseReport[] {
  if (phases.length <= most) return phases;
  const times = new Map(phases.map((phase) => [phase, phaseMs(phase, now)]));
  const chosen = phases
    .toSorted(
      (one, other) => ranks[one.status] - ranks[other.status] || (times.get(other) ?? 0) - (times.get(one) ?? 0),
    )
    .slice(0, most);
  const kept = new Set(chosen);
  return phases.filter((phase) => kept.has(phase));
}
