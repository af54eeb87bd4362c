import { isOrchError, orchError } from '@orch/core/author';
import type { OrchError } from '@orch/core/author';
import { markForRemoval, removeMarked, unmarkForRemoval } from '@orch/plugin-command';
import { asPlaceError } from '../report-error.ts';
import { openSession } from '../session.ts';
import type { Session } from '../session.ts';
import { harmless } from '../view/text.ts';
import type { KnownRun } from './known-runs.ts';
import { bytesOnDisk, foldersOf, linkAmong } from './run-files.ts';

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

export interface Removal {
  readonly stateDir: string | undefined;
  /** The state folder. */
  readonly directory: string;
}

/** Removes runs one by one; what can't be removed keeps no other. */
export async function removeRuns(
  runs: readonly KnownRun[],
  { stateDir, directory }: Removal,
): Promise<{ readonly removed: readonly Removed[]; readonly left: readonly Left[] }> {
  const removed: Removed[] = [];
  const left: Left[] = [];
  const places = new Map(runs.map(({ at }) => [at.name, at]));
  for (const at of places.values()) {
    await using session = await openSession({ stateDir, at });
    for (const run of runs.filter((it) => it.at.name === at.name)) {
      try {
        removed.push({ run, bytes: await removeRun(session, run, directory) });
      } catch (thrown) {
        const error = asPlaceError(thrown);
        if (error === undefined) throw thrown;
        left.push({ run, error, isGone: await isGone(session, run.runId) });
      }
    }
  }
  return { removed, left };
}

/** The journal first, for it decides: killed before, the run is whole; killed after, it is gone, and its logs are marked to follow. */
async function removeRun(
  { orchestrator }: Session,
  { runId, status, at }: KnownRun,
  directory: string,
): Promise<number> {
  const folders = foldersOf(runId, { directory, at });
  const link = linkAmong(folders);
  if (link !== undefined) throw linked(runId, link);
  const sizes = folders.map(bytesOnDisk);
  markForRemoval(directory, runId);
  try {
    await orchestrator.delete(runId, { unfinished: status === 'interrupted' || status === 'waiting' });
  } catch (error) {
    // Somebody else has removed it.
    if (!isOrchError(error, 'ORCH_RUN_UNKNOWN')) {
      unmarkForRemoval(directory, runId);
      throw error;
    }
  }
  removeMarked(directory, runId);
  return sizes.reduce((sum, bytes) => sum + bytes, 0) - folders.reduce((sum, path) => sum + bytesOnDisk(path), 0);
}

async function isGone({ orchestrator }: Session, runId: string): Promise<boolean> {
  try {
    for await (const _event of orchestrator.events(runId)) return false;
    return false;
  } catch (error) {
    return isOrchError(error, 'ORCH_RUN_UNKNOWN') || isOrchError(error, 'ORCH_JOURNAL_LOST');
  }
}

function linked(runId: string, link: string): OrchError {
  return orchError({
    code: 'ORCH_STATE_FOREIGN',
    message: `${harmless(link)} is a symbolic link: run ${runId} was left alone, for what it leads to may not be orch's.`,
    hint: 'Move the folder to its place, or remove the link and what it leads to by hand.',
  });
}
