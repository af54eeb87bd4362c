import type { RunSummary, UnreadableRun } from '@orch/core';
import { isOrchError } from '@orch/core/author';
import type { OrchError } from '@orch/core/author';
import { withPasswordHint } from '../backend/backend-place.ts';
import type { BackendPlace } from '../backend/backend-place.ts';
import { openSession } from '../session.ts';

/** A run, and where it is kept. */
export interface KnownRun extends RunSummary {
  readonly at: BackendPlace;
}

/** What one backend has. */
export interface Listed {
  readonly at: BackendPlace;
  readonly runs: readonly KnownRun[];
  readonly unreadable: readonly UnreadableRun[];
  /** It could not be asked. */
  readonly away?: OrchError;
}

export async function listRunsAt(at: BackendPlace, stateDir: string | undefined): Promise<Listed> {
  await using session = await openSession({ stateDir, at });
  const unreadable: UnreadableRun[] = [];
  const runs: KnownRun[] = [];
  try {
    const onUnreadable = (run: UnreadableRun): void => void unreadable.push(run);
    for await (const run of session.orchestrator.list({ onUnreadable })) runs.push({ ...run, at });
    return { at, runs, unreadable };
  } catch (thrown) {
    const away = withPasswordHint(at, thrown);
    if (!isOrchError(away)) throw away;
    return { at, runs: [], unreadable, away };
  }
}
