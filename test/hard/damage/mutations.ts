import { contentEnd } from '../../../packages/backend-json/src/room.ts';
import type { Change, Entry, FolderImage } from './folder-image.ts';
import { under } from './folder-image.ts';

/** One thing that the world did to a state folder. */
export interface Mutation {
  /** The row of the table. */
  readonly group: string;
  /** Names the case in a failure. */
  readonly what: string;
  readonly change: Change;
}

const everyBit = [1, 2, 4, 8, 16, 32, 64, 128];

/**
 * Each byte, or every `step`-th one, flipped in one bit, a different one from byte to byte; every `sample`-th byte in all of
 * its bits. The room of a journal has its own.
 */
export function* flips(image: FolderImage, path: string, sample = Infinity, step = 1): Generator<Mutation> {
  const bytes = bytesOf(image, path);
  for (let at = 0; at < contentEnd(bytes); at += step)
    for (const bit of at % sample === 0 ? everyBit : [1 << (at % 7)]) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ bit;
      yield one(path, `flip of bit ${bit} in byte ${at}`, 'flips', flipped);
    }
}

/** Cut to each length, or to every `step`-th one. */
export function* truncations(image: FolderImage, path: string, step = 1): Generator<Mutation> {
  const bytes = bytesOf(image, path);
  for (let length = 0; length < contentEnd(bytes); length += step)
    yield one(path, `cut to ${length} bytes`, 'truncations', bytes.subarray(0, length));
}

/** The room behind a journal that was not let go: every so manieth byte of it written to, and the file cut there. */
export function* roomChanges(image: FolderImage, path: string): Generator<Mutation> {
  const bytes = bytesOf(image, path);
  const begin = contentEnd(bytes);
  for (let at = begin; at < bytes.length; at += at < begin + 64 ? 1 : 61) {
    yield one(path, `byte ${at}, in its room, written to`, 'room', Buffer.from(bytes.with(at, 1 << (at % 7))));
    yield one(path, `cut to ${at} bytes, in its room`, 'room', bytes.subarray(0, at));
  }
}

/** Each line deleted, doubled, and swapped with each other one. A record is a line: its JSON holds no line feed. */
export function* moves(image: FolderImage, path: string): Generator<Mutation> {
  const bytes = bytesOf(image, path);
  const end = contentEnd(bytes);
  const lines = linesOf(bytes.subarray(0, end));
  const moved = (what: string, changed: readonly Buffer[]): Mutation =>
    one(path, what, 'records', Buffer.concat([...changed, bytes.subarray(end)]));
  for (const [index, line] of lines.entries()) {
    yield moved(`record ${index} deleted`, lines.toSpliced(index, 1));
    yield moved(`record ${index} doubled`, lines.toSpliced(index, 0, line));
    for (let other = index + 1; other < lines.length; other++) {
      const swapped = lines.with(index, lines[other] ?? line).with(other, line);
      yield moved(`records ${index} and ${other} swapped`, swapped);
    }
  }
}

export function linesOf(bytes: Buffer): readonly Buffer[] {
  const lines = bytes.toString('latin1').split(/(?<=\n)/);
  return lines.map((line) => Buffer.from(line, 'latin1'));
}

/** `more`: other files that are lost together with it. */
export function lost(image: FolderImage, path: string, ...more: readonly string[]): Mutation {
  const paths = [path, ...more];
  return {
    group: `${[...new Set(paths.map(rowOf))].join(' and ')}: lost`,
    what: `${paths.join(' and ')} lost`,
    change: new Map(paths.flatMap((it) => under(image, it).map(([name]) => [name, undefined]))),
  };
}

/** A folder that is there, but has nothing in it any more. */
export function emptied(image: FolderImage, path: string): Mutation {
  const gone = under(image, path).filter(([name]) => name !== path);
  return {
    group: `${rowOf(path)}: lost`,
    what: `${path} emptied`,
    change: new Map(gone.map(([name]) => [name, undefined])),
  };
}

/** Something else copied over a path: a file, or a folder with all that is in it. */
export function replaced(
  image: FolderImage,
  path: string,
  by: { readonly image: FolderImage; readonly path: string },
): Mutation {
  const change = new Map<string, Entry | undefined>(under(image, path).map(([name]) => [name, undefined]));
  for (const [name, entry] of under(by.image, by.path)) change.set(path + name.slice(by.path.length), entry);
  return { group: `${rowOf(path)}: replaced`, what: `${by.path} copied over ${path}`, change };
}

function one(path: string, what: string, kind: string, bytes: Buffer): Mutation {
  return { group: `${rowOf(path)}: ${kind}`, what: `${path}: ${what}`, change: new Map([[path, bytes]]) };
}

/** The same for the files of all runs and attempts. */
function rowOf(path: string): string {
  const [, , name = '', file] = path.split('/');
  if (path.startsWith('runs/.epochs')) return '.epochs';
  if (file !== undefined) return `${name}/*${/\.[a-z]+$/.exec(file)?.[0] ?? ''}`;
  return path.startsWith('runs/') ? name.replace(/^journal-\d+$/, 'journal') || 'folder of a run' : path;
}

function bytesOf(image: FolderImage, path: string): Buffer {
  const entry = image.get(path);
  if (entry instanceof Buffer) return entry;
  throw new Error(`There is no file ${path}: ${[...image.keys()].join(', ')}`);
}
