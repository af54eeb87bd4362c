import type { Draft } from '../run/decide.ts';
import type { AttemptId, ProcessEnd } from '../run/event.ts';

/** A phase that was lost so many times in a row fails: something about it kills orch or the machine. */
const lostLimit = 20;

/** The event of an attempt whose process is gone without a result. `lost`: how often in a row that happened before. */
export function lostOrPoisoned(id: AttemptId, lost: number, end: ProcessEnd = {}): Draft {
  if (lost + 1 < lostLimit) return { type: 'phase.interrupted', ...id, reason: 'lost', ...end };
  return {
    type: 'phase.failed',
    ...id,
    class: 'interrupted',
    error: {
      code: 'ORCH_PHASE_LOST',
      message: `The phase was lost ${lostLimit} times in a row: its process, or orch, was killed each time.`,
      hint: 'Look for what kills it (out of memory?), then recover the run.',
    },
    ...end,
    durationMs: 0,
    charge: true,
  };
}
