import { chmodSync, lstatSync, readdirSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import type { BackendPlace } from '../backend/backend-place.ts';
import type { KnownRun } from './known-runs.ts';

const ownerRights = 0o700;

interface Place {
  readonly directory: string;
  readonly at: BackendPlace;
}

/** The folders that belong to a run: that of its logs, and where its journal is in files, that of the journal. */
export function foldersOf(runId: string, { directory, at }: Place): readonly string[] {
  const roots = at.kind === 'json' ? new Set([directory, at.address]) : [directory];
  return Array.from(roots, (root) => logFolderOf(runId, root));
}

/** The folder of its logs, which it shares with its copies in other backends. */
export function logFolderOf(runId: string, directory: string): string {
  return join(directory, 'runs', runId);
}

/** Bytes that the files of a run take on the disk of this machine. */
export function sizeOf({ runId, at }: KnownRun, directory: string): number {
  return foldersOf(runId, { directory, at }).reduce((sum, folder) => sum + bytesOnDisk(folder), 0);
}

/** Bytes that a file or folder takes on the disk. Links count as what they are: what they lead to is not looked at. */
export function bytesOnDisk(path: string): number {
  const stats = statsOf(path);
  if (stats === undefined) return 0;
  // Where a file system counts no blocks, its length has to do.
  const own = stats.blocks > 0 ? stats.blocks * 512 : stats.size;
  if (!stats.isDirectory()) return own;
  let sum = own;
  for (const name of namesIn(path)) sum += bytesOnDisk(join(path, name));
  return sum;
}

/**
 * Gives its owner all rights to a folder and those in it: one that may not be written, as tools make for caches, keeps what it has.
 * What is answered takes that back: the folder stays.
 */
export function makeRemovable(path: string): () => void {
  const changed: (readonly [string, number])[] = [];
  giveRights(path, changed);
  return () => {
    for (const [folder, mode] of changed.toReversed()) tryChmod(folder, mode);
  };
}

function giveRights(path: string, changed: (readonly [string, number])[]): void {
  const stats = statsOf(path);
  if (stats?.isDirectory() !== true) return;
  if ((stats.mode & ownerRights) !== ownerRights && tryChmod(path, stats.mode | ownerRights))
    changed.push([path, stats.mode]);
  for (const name of namesIn(path)) giveRights(join(path, name), changed);
}

/** `false`: it is somebody else's, or gone, which the removal tells. */
function tryChmod(path: string, mode: number): boolean {
  try {
    chmodSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/** `undefined` also of what is in a folder whose names may be read, and nothing else of it: the removal tells. */
function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** A folder that goes meanwhile, or that may not be read, has nothing to add. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The first of them that is a link: what it leads to may be outside of the state folder. */
export function linkAmong(folders: readonly string[]): string | undefined {
  return folders.find((folder) => lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() === true);
}
