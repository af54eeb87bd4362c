import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** All of a folder: the bytes of each file, and `folder` for each folder. Paths are relative, with slashes. */
export type FolderImage = ReadonlyMap<string, Entry>;
export type Entry = Buffer | 'folder';

/** What a mutation makes of some paths; `undefined`: it is gone. */
export type Change = ReadonlyMap<string, Entry | undefined>;

export function imageOf(folder: string): FolderImage {
  const image = new Map<string, Entry>();
  addTo(image, folder, '');
  return image;
}

function addTo(image: Map<string, Entry>, folder: string, prefix: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = prefix + entry.name;
    image.set(path, entry.isDirectory() ? 'folder' : readFileSync(join(folder, entry.name)));
    if (entry.isDirectory()) addTo(image, join(folder, entry.name), `${path}/`);
  }
}

export function changed(image: FolderImage, change: Change): FolderImage {
  const made = new Map(image);
  for (const [path, entry] of change)
    if (entry === undefined) made.delete(path);
    else made.set(path, entry);
  return made;
}

/** Brings a folder that is as `from` says to what `to` says. */
export function rewrite(folder: string, from: FolderImage, to: FolderImage): void {
  for (const [path, entry] of from) if (!isSame(entry, to.get(path))) rmSync(join(folder, path), gone);
  for (const [path, entry] of to) {
    if (isSame(entry, from.get(path))) continue;
    mkdirSync(entry === 'folder' ? join(folder, path) : dirname(join(folder, path)), { recursive: true });
    if (entry !== 'folder') writeFileSync(join(folder, path), entry);
  }
}

const gone = { recursive: true, force: true } as const;

/** The paths in which two images differ. */
export function differences(one: FolderImage, other: FolderImage): readonly string[] {
  const paths = new Set([...one.keys(), ...other.keys()]);
  return [...paths].filter((path) => !isSame(one.get(path), other.get(path)));
}

function isSame(one: Entry | undefined, other: Entry | undefined): boolean {
  if (one === other) return true;
  return one instanceof Buffer && other instanceof Buffer && one.equals(other);
}

/** What lies under a path, the path itself included. */
export function under(image: FolderImage, path: string): readonly (readonly [path: string, entry: Entry])[] {
  return [...image].filter(([name]) => name === path || name.startsWith(`${path}/`));
}
