import { lstatSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomIds } from '@orch/core/author';
import { namesIn } from './names-in.ts';
import { codeOf } from './system-error.ts';

/**
 * In the folder of a run, one for each who removes it: its files are to go once its journal is gone. Without it nobody could
 * tell them from those of a run whose journal was lost.
 */
const markName = '.removing';

/** What such a folder is called before its files go, so that they go at once for whoever looks. */
const goneName = '.removed-';

/** The folder of a run whose files are to go, or are about to. */
export interface MarkedFolder {
  readonly path: string;
  /** Absent: it has left its place already, and nobody finds it under its run. */
  readonly runId?: string;
}

/**
 * Says that the files of a run go with its journal, which is about to be deleted. Nothing where the run has none. What is
 * answered takes that back: the run stays. Marks of others, who may have deleted it, stay.
 */
export function markForRemoval(directory: string, runId: string): () => void {
  const folder = runFolder(directory, runId);
  if (!isFolder(folder)) return () => {};
  const mark = join(folder, `${markName}-${randomIds.random()}`);
  writeFileSync(mark, '', { mode: 0o600 });
  return () => rmSync(mark, { force: true });
}

/** Takes all such marks back: the run goes on. */
export function unmarkForRemoval(directory: string, runId: string): void {
  const folder = runFolder(directory, runId);
  for (const name of marksIn(folder)) rmSync(join(folder, name), { force: true });
}

/**
 * Removes the files of a run that is marked: its logs, attempts and artifacts, all that is in its folder. Nothing where it
 * is not marked, or is a link.
 */
export function removeMarked(directory: string, runId: string): void {
  const folder = runFolder(directory, runId);
  if (!isMarked(folder)) return;
  const gone = join(directory, 'runs', `${goneName}${process.pid}-${randomIds.random()}`);
  try {
    renameSync(folder, gone);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  // A new run of the id has begun in between: that one stays.
  if (isMarked(gone)) rmSync(gone, { recursive: true, force: true });
  else renameSync(gone, folder);
}

/** What a killed process left of such removals. */
export function markedFolders(directory: string): readonly MarkedFolder[] {
  const runs = join(directory, 'runs');
  return namesIn(runs).flatMap((name): MarkedFolder[] => {
    const path = join(runs, name);
    if (name.startsWith(goneName)) return isFolder(path) ? [{ path }] : [];
    return isMarked(path) ? [{ path, runId: name }] : [];
  });
}

function runFolder(directory: string, runId: string): string {
  return join(directory, 'runs', runId);
}

function isMarked(folder: string): boolean {
  return isFolder(folder) && marksIn(folder).length > 0;
}

function marksIn(folder: string): readonly string[] {
  return namesIn(folder).filter((name) => name.startsWith(markName));
}

/** Not a link to one: what is outside of the state folder is nobody's to remove. */
function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
