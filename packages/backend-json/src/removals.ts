import { basename, join } from 'node:path';
import { isOrchError, runIdPattern } from '@orch/core/author';
import { isDeleted, moveAway } from './creation.ts';
import { isRemoved, namesIn, nodeFiles } from './files.ts';
import type { RunFolder } from './run-folder.ts';

/**
 * Folders of removed runs that a killed process left behind. No list shows them, and no run of them can be taken up.
 *
 * @param folder that of `jsonBackend`
 */
export function unfinishedRemovals(folder: string): readonly string[] {
  const runs = join(folder, 'runs');
  return namesIn(nodeFiles, runs)
    .filter((name) => isRemoved(name) || (runIdPattern.test(name) && isToGo(runFolderAt(join(runs, name)))))
    .map((name) => join(runs, name));
}

/** Removes one of them; a run that was made anew in its place meanwhile stays. */
export function finishRemoval(path: string): void {
  if (isRemoved(basename(path))) nodeFiles.rmSync(path, { recursive: true, force: true });
  else moveAway(runFolderAt(path));
}

function runFolderAt(path: string): RunFolder {
  return { files: nodeFiles, run: basename(path), path };
}

/** A run that is damaged is none. */
function isToGo(folder: RunFolder): boolean {
  try {
    return isDeleted(folder);
  } catch (error) {
    if (isOrchError(error)) return false;
    throw error;
  }
}
