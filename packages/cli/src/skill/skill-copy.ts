import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hashOf } from './shipped-skill.ts';
import type { SkillFiles } from './shipped-skill.ts';

/** What an installation wrote, so that the next one can tell what somebody changed since. */
const noteName = '.orch-skill.json';

export type FileChange = 'written' | 'updated' | 'overwritten' | 'removed' | 'unchanged';

/** What is to happen to each file of a copy of the skill, by its path. */
export interface CopyPlan {
  readonly changes: ReadonlyMap<string, FileChange>;
  /** Files that somebody changed: `overwritten` is for these. */
  readonly changed: readonly string[];
}

/** Looks at a folder, and changes nothing. */
export function planCopy(folder: string, files: SkillFiles): CopyPlan {
  const noted = readNote(folder);
  const changes = new Map<string, FileChange>();
  for (const [path, bytes] of files)
    changes.set(path, changeOf(readIfThere(join(folder, path)), bytes, noted.get(path)));
  for (const [path, hash] of noted) {
    const there = files.has(path) ? undefined : readIfThere(join(folder, path));
    // What this release has no more, and nobody has changed.
    if (there !== undefined && hashOf(there) === hash) changes.set(path, 'removed');
  }
  const changed = [...changes].filter(([, change]) => change === 'overwritten').map(([path]) => path);
  return { changes, changed };
}

function changeOf(there: Uint8Array | undefined, bytes: Uint8Array, noted: string | undefined): FileChange {
  if (there === undefined) return 'written';
  const hash = hashOf(there);
  if (hash === hashOf(bytes)) return 'unchanged';
  return hash === noted ? 'updated' : 'overwritten';
}

export function carryOut(folder: string, files: SkillFiles, { changes }: CopyPlan): void {
  for (const [path, change] of changes) {
    const bytes = files.get(path);
    if (change === 'removed') rmSync(join(folder, path));
    else if (change !== 'unchanged' && bytes !== undefined) write(join(folder, path), bytes);
  }
  const hashes = Object.fromEntries([...files].map(([path, bytes]) => [path, hashOf(bytes)]));
  write(join(folder, noteName), Buffer.from(`${JSON.stringify({ files: hashes }, null, 2)}\n`));
}

/** Whole or not at all: a file that a kill cut off would look like one that somebody changed. */
function write(file: string, bytes: Uint8Array): void {
  makeFolder(dirname(file));
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, bytes);
  renameSync(temporary, file);
}

/** Not by Node's `recursive`, which in places such as /proc tries for ever. */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

function readNote(folder: string): ReadonlyMap<string, string> {
  try {
    const { files } = JSON.parse(readFileSync(join(folder, noteName), 'utf8')) as { files: Record<string, string> };
    // It is a file of somebody's folder: it leads nowhere else.
    return new Map(Object.entries(files).filter(([path]) => !path.split('/').includes('..')));
  } catch {
    return new Map();
  }
}

function readIfThere(file: string): Uint8Array | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
