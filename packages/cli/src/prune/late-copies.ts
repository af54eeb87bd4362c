import { isOrchError } from '@orch/core/author';
import type { BackendPlace } from '../backend/backend-place.ts';
import { backendsToSearch } from '../backend/choose-backend.ts';
import { placeKey } from '../backend/same-place.ts';
import type { Session } from '../session.ts';
import { findStatePlace } from '../state-place.ts';

export interface LateCopies {
  readonly stateDir: string | undefined;
  /** The backends whose runs of the id are known. */
  readonly knownIn: readonly BackendPlace[];
  readonly sessionAt: (at: BackendPlace) => Promise<Session>;
}

/**
 * Whether another backend has a run of this id by now: since it was listed it may have been copied, also to a backend that was
 * named then only. A copy notes its backend before it writes. Rejects where one can't be asked: it may have one.
 */
export async function hasLateCopy(runId: string, { stateDir, knownIn, sessionAt }: LateCopies): Promise<boolean> {
  const known = new Set(knownIn.map(placeKey));
  for (const at of backendsToSearch({}, findStatePlace(stateDir)))
    if (!known.has(placeKey(at)) && (await isThere(runId, await sessionAt(at)))) return true;
  return false;
}

async function isThere(runId: string, { orchestrator }: Session): Promise<boolean> {
  try {
    for await (const _event of orchestrator.events(runId)) return true;
    return true;
  } catch (error) {
    if (isGoneError(error)) return false;
    throw error;
  }
}

/** Logs alone are no run. */
export function isGoneError(error: unknown): boolean {
  return isOrchError(error, 'ORCH_RUN_UNKNOWN') || isOrchError(error, 'ORCH_JOURNAL_LOST');
}
