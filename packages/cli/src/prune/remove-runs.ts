import { existsSync } from 'node:fs';
import { isOrchError } from '@orch/core/author';
import type { OrchError } from '@orch/core/author';
import { markForRemoval, removeMarked } from '@orch/plugin-command';
import { rememberBackend } from '../backend/known-backends.ts';
import { asPlaceError } from '../report-error.ts';
import { openSession } from '../session.ts';
import type { Session } from '../session.ts';
import { checkFiles, checkJournal, isUnfinished } from './check-removal.ts';
import type { RemovalPlace } from './check-removal.ts';
import type { KnownRun } from './known-runs.ts';
import { logFolderOf, sizeOf } from './run-files.ts';

export interface Removed {
  readonly run: KnownRun;
  /** What is free on the disk of this machine. */
  readonly bytes: number;
}

/** What is still there, and why. */
export interface Left {
  readonly run: KnownRun;
  readonly error: OrchError;
  /** The run is gone, files of it are left. */
  readonly isGone: boolean;
}

export interface Removal extends RemovalPlace {
  readonly stateDir: string | undefined;
  /** Only looks what would go. */
  readonly dryRun: boolean;
}

/** Removes runs one by one; what can't be removed keeps no other. */
export async function removeRuns(
  runs: readonly KnownRun[],
  { stateDir, dryRun, ...place }: Removal,
): Promise<{ readonly removed: readonly Removed[]; readonly left: readonly Left[] }> {
  const removed: Removed[] = [];
  const left: Left[] = [];
  const places = new Map(runs.map(({ at }) => [at.name, at]));
  for (const at of places.values()) {
    await using session = await openSession({ stateDir, at });
    for (const run of runs.filter((it) => it.at.name === at.name)) {
      try {
        removed.push({ run, bytes: await (dryRun ? wouldFree : removeRun)(session, run, place) });
      } catch (thrown) {
        const error = asPlaceError(thrown);
        if (error === undefined) throw thrown;
        left.push({ run, error, isGone: await isGone(session, run.runId) });
      }
    }
  }
  return { removed, left };
}

async function wouldFree(session: Session, run: KnownRun, place: RemovalPlace): Promise<number> {
  checkFiles(run, place);
  await checkJournal(session, run, place.directory);
  return sizeOf(run, place.directory);
}

/** The journal first, for it decides: killed before, the run is whole; killed after, it is gone, and its logs are marked to follow. */
async function removeRun(session: Session, run: KnownRun, place: RemovalPlace): Promise<number> {
  const { runId, version, at } = run;
  const { directory } = place;
  const unfinished = isUnfinished(run);
  checkFiles(run, place);
  if (unfinished) await checkJournal(session, run, directory);
  const before = sizeOf(run, directory);
  // Of marked logs whoever comes next must know every backend that may have their run.
  if (existsSync(logFolderOf(runId, directory))) await rememberBackend(directory, at);
  const takeBack = markForRemoval(directory, runId);
  try {
    await session.orchestrator.delete(runId, { unfinished, version });
  } catch (error) {
    // Somebody else has removed it.
    if (!isOrchError(error, 'ORCH_RUN_UNKNOWN')) {
      if (!(await isGone(session, runId))) takeBack();
      throw error;
    }
  }
  removeMarked(directory, runId);
  return Math.max(0, before - sizeOf(run, directory));
}

async function isGone({ orchestrator }: Session, runId: string): Promise<boolean> {
  try {
    for await (const _event of orchestrator.events(runId)) return false;
    return false;
  } catch (error) {
    return isOrchError(error, 'ORCH_RUN_UNKNOWN') || isOrchError(error, 'ORCH_JOURNAL_LOST');
  }
}
