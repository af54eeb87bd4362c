import { orchError } from '../errors/orch-error.ts';
import type { OrchError } from '../errors/orch-error.ts';

/** A call about a run that is not there, or was deleted. */
export function unknownRun(run: string): OrchError {
  return orchError({
    code: 'ORCH_RUN_UNKNOWN',
    message: `There is no run ${run}.`,
    hint: '`orch list` shows the runs.',
  });
}

/** A call under a fence that the run never had, or that does not hold it where it must. */
export function notHeld(run: string, epoch: number): OrchError {
  return orchError({
    code: 'ORCH_BACKEND_FENCE',
    message: `Run ${run} is not held under epoch ${epoch} with this token.`,
    hint: 'Take the run with `acquire` before changing it.',
  });
}

/** A call before `open` or after `close`. `backend`: as people call it, as in `SQLite`. */
export function notOpen(backend: string): OrchError {
  return orchError({
    code: 'ORCH_BACKEND_CLOSED',
    message: `The ${backend} backend is not open.`,
    hint: 'Call open() first.',
  });
}
