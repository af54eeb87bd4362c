import { join } from 'node:path';
import type { Files } from './files.ts';
import { isThere, namesIn } from './files.ts';

/** The folder of one run, `<folder>/runs/<run>`. */
export interface RunFolder {
  readonly files: Files;
  readonly run: string;
  readonly path: string;
}

const segmentName = /^journal-([1-9]\d{0,14})$/;

export function segmentFile(folder: RunFolder, epoch: number): string {
  return join(folder.path, `journal-${epoch}`);
}

export function inboxFolder(folder: RunFolder): string {
  return join(folder.path, 'inbox');
}

/** The epochs that have a segment, oldest first. */
export function epochsOf(folder: RunFolder): readonly number[] {
  return namesIn(folder.files, folder.path)
    .map((name) => Number(segmentName.exec(name)?.[1] ?? 0))
    .filter((epoch) => epoch > 0)
    .toSorted((one, other) => one - other);
}

/** 0: there is no segment. */
export function newestEpoch(folder: RunFolder): number {
  let newest = epochsOf(folder).at(-1) ?? 0;
  // A listing that runs beside a `link` may miss it.
  while (newest > 0 && hasSegment(folder, newest + 1)) newest++;
  return newest;
}

export function hasSegment(folder: RunFolder, epoch: number): boolean {
  return isThere(folder.files, segmentFile(folder, epoch));
}
