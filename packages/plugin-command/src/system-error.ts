import { isOrchError, orchError } from '@orch/core/author';
import type { Attempt, OrchError, Outcome } from '@orch/core/author';

/** `ENOENT` and the like; `undefined` for what is no error of the system. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The disk takes nothing more: no fault of the command's, and no other attempt would fare better. */
export function isUnwritable(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO'].includes(codeOf(error) ?? '');
}

export function unwritable(what: string, cause: unknown): OrchError {
  return orchError({
    code: 'ORCH_BACKEND_UNAVAILABLE',
    message: `${what}: ${cause instanceof Error ? cause.message : String(cause)}.`,
    hint: 'Free some disk space, then recover the run. Nothing acknowledged is lost.',
    cause,
  });
}

/**
 * The outcome of a command that may run. What goes wrong while it is looked after, as a lack of descriptors, says nothing
 * about the command: were it the failure of the phase, a second copy would be started beside it.
 */
export async function inSight({ phase, number }: Attempt, outcome: Promise<Outcome>): Promise<Outcome> {
  try {
    return await outcome;
  } catch (error) {
    if (isOrchError(error)) throw error;
    throw orchError({
      code: 'ORCH_BACKEND_UNAVAILABLE',
      message: `Lost sight of attempt ${number} of phase ${JSON.stringify(phase)}: ${error instanceof Error ? error.message : String(error)}.`,
      hint: 'What still runs of it goes on, and is adopted. Remove the cause, then recover the run.',
      cause: error,
    });
  }
}
