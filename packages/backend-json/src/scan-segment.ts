import type { RunSummary } from '@orch/core/author';
import { isOrchError, unknownRun } from '@orch/core/author';
import { damaged, isDamage } from './damage.ts';
import type { DamageError } from './damage.ts';
import { openIfThere, readBetween } from './files.ts';
import { endOf, gather, payloadOf, startOf } from './gather.ts';
import type { Gathered } from './gather.ts';
import { chainStart, headerBytes, kinds, readHeader, walk } from './record.ts';
import type { Place } from './record.ts';
import { segmentFile } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';
import { contentEnd } from './room.ts';
import { Draft } from './segment.ts';
import type { FoundSegment, Segment } from './segment.ts';

interface OpenSegment {
  readonly file: string;
  readonly size: number;
  readonly inode: number;
  readonly touchedAt: number;
  /** The bytes from an offset on, up to another one or to the end that it had when it was opened. */
  readonly read: (from: number, to?: number) => Buffer;
}

/** Hands an open segment to `use`; `undefined`: there is no such file. */
function withSegment<Result>(
  folder: RunFolder,
  epoch: number,
  use: (segment: OpenSegment) => Result,
): Result | undefined {
  const { files } = folder;
  const file = segmentFile(folder, epoch);
  const fd = openIfThere(files, file);
  if (fd === undefined) return undefined;
  try {
    const { size, ino, mtimeMs } = files.fstatSync(fd);
    const read = (from: number, to = size): Buffer => readBetween(files, fd, { from, to });
    return use({ file, size, inode: ino, touchedAt: mtimeMs, read });
  } finally {
    files.closeSync(fd);
  }
}

/** Reads a segment, or what was added to one that is known; `undefined`: there is none. */
export function scanSegment(folder: RunFolder, epoch: number, known?: Segment): Segment | undefined {
  return lookAgain(() =>
    withSegment(folder, epoch, ({ file, size, inode, touchedAt, read }) => {
      const base = known !== undefined && known.inode === inode && size >= known.place.offset ? known : undefined;
      const from = base?.place ?? chainStart(folder.run, epoch);
      const bytes = read(from.offset);
      const draft = new Draft(file, base);
      const ownRun = base === undefined ? withForeignCheck(folder, { file, bytes }) : walk;
      const { torn, ...place } = ownRun({ file, from, bytes }, (record) => draft.take(record));
      return draft.finish({ place, epoch, size, inode, touchedAt, torn });
    }),
  );
}

/**
 * A record may be read while it is written into room, its end before its start. Such a place is whole, or unfinished, at
 * the next look; what is still damaged there is.
 */
export function lookAgain<Result>(look: () => Result): Result {
  let before: number | undefined;
  for (;;) {
    try {
      return look();
    } catch (error) {
      if (!isDamage(error)) throw error;
      const { offset } = error as DamageError;
      if (offset === before) throw error;
      before = offset;
    }
  }
}

/** A segment, and its records as they were gathered from its start: who goes on to read them need not read the file again. */
export interface ScannedWhole {
  readonly segment: Segment;
  readonly gathered: Gathered;
}

/** Reads a segment from its start, in one pass; `undefined`: there is none, or it is damaged and `scanSegment` tells where. */
export function scanWhole(folder: RunFolder, epoch: number): ScannedWhole | undefined {
  try {
    return withSegment(folder, epoch, ({ file, size, inode, touchedAt, read }) => {
      const from = chainStart(folder.run, epoch);
      const bytes = read(0);
      // What follows the last whole record may be an unfinished write or damage.
      const gathered = gather({ file, from, bytes: bytes.subarray(0, contentEnd(bytes)) });
      if (gathered === undefined) return undefined;
      const draft = draftOf(file, gathered);
      return {
        segment: draft.finish({ place: endOf(gathered), epoch, size, inode, touchedAt, torn: false }),
        gathered,
      };
    });
  } catch (error) {
    if (isOrchError(error)) return undefined;
    throw error;
  }
}

/** Of commits in a row only the last one is taken: what stands before it tells whether they have a place there, too. */
function draftOf(file: string, gathered: Gathered): Draft {
  const draft = new Draft(file, undefined);
  const take = (index: number, kind: string): void =>
    draft.take({ kind, start: startOf(gathered, index), payload: () => payloadOf(gathered, index) });
  const { others, ends } = gathered;
  let next = 0;
  for (const [index, kind] of others) {
    if (index > next) take(index - 1, kinds.commit);
    take(index, kind);
    next = index + 1;
  }
  if (ends.length > next) take(ends.length - 1, kinds.commit);
  return draft;
}

/** How much of a file is read for its first two records. */
const headLimit = 16_384;

/** A place of a segment up to which all is known, so that only what follows has to be read. */
export interface KnownPlace {
  readonly epoch: number;
  readonly length: number;
  readonly crc: string;
  readonly version: number;
  readonly closed: boolean;
  readonly summary: RunSummary;
}

interface Head {
  readonly draft: Draft;
  /** How many records the draft has taken. */
  readonly records: number;
  readonly found: Omit<FoundSegment, 'place'>;
  readonly place: Place;
  /** Nothing else than records stands in it, the last one perhaps cut by where the head ends. */
  readonly isFull: boolean;
}

/** The first `limit` records of a segment, as far as they lie in its head and before `to`; `undefined`: there is no such file. */
function readHead(folder: RunFolder, epoch: number, { limit, to }: HeadLimits): Head | undefined {
  return lookAgain(() =>
    withSegment(folder, epoch, ({ file, size, inode, touchedAt, read }) => {
      const bytes = read(0, Math.min(to, headLimit));
      const from = chainStart(folder.run, epoch);
      const draft = new Draft(file, undefined);
      let records = 0;
      const place = withForeignCheck(folder, { file, bytes })({ file, from, bytes }, (record) => {
        if (records === limit) return;
        draft.take(record);
        records++;
      });
      const isFull = isPartOfRecord(bytes.subarray(place.offset), file);
      return { draft, records, found: { epoch, size, inode, touchedAt, torn: false }, place, isFull };
    }),
  );
}

function isPartOfRecord(bytes: Buffer, file: string): boolean {
  if (bytes.length < headerBytes) return contentEnd(bytes) === bytes.length;
  const header = readHeader(bytes, 0, { file, offset: 0 });
  return header !== undefined && headerBytes + header.length > bytes.length;
}

interface HeadLimits {
  readonly limit: number;
  readonly to: number;
}

/** Whose taking made a segment, and whether it removed the run; `undefined`: there is no such segment. */
export function ownerAt(folder: RunFolder, epoch: number): Pick<Segment, 'owner' | 'deleted'> | undefined {
  const head = readHead(folder, epoch, { limit: 1, to: headLimit });
  return head?.draft.finish({ ...head.found, place: head.place });
}

/** A segment as it was at a known place; `undefined`: its head does not tell, or is not what led up to there. */
export function segmentAt(folder: RunFolder, known: KnownPlace): Segment | undefined {
  const { epoch, length, crc, version, closed, summary } = known;
  const head = readHead(folder, epoch, { limit: 2, to: length });
  if (head === undefined || head.records < 2 || !head.isFull) return undefined;
  const place = { offset: length, crc: Number.parseInt(crc, 16) };
  return { ...head.draft.finish({ ...head.found, place }), closed, state: { version, summary } };
}

/** A chain that does not start with this run may be the whole journal of another one: say so. */
function withForeignCheck(folder: RunFolder, { file, bytes }: { file: string; bytes: Buffer }): typeof walk {
  return (stretch, visit) => {
    try {
      return walk(stretch, visit);
    } catch (error) {
      const foreign = foreignRun(bytes);
      if (foreign === undefined || foreign.run === folder.run) throw error;
      // A file system that does not tell `A` from `a` opens the folder of the one for the other.
      if (foreign.run.toLowerCase() === folder.run.toLowerCase()) throw unknownRun(folder.run);
      const what = `it belongs to epoch ${foreign.epoch} of run ${foreign.run}`;
      throw damaged({ file, offset: 0, what, hint: foreignHint });
    }
  };
}

const foreignHint =
  'Nothing was changed. Was it copied here? Then move it out of this folder. Otherwise restore the folder of the run from a backup.';

function foreignRun(bytes: Buffer): { readonly run: string; readonly epoch: number } | undefined {
  const named = /^\{"run":"([\w.-]+)","epoch":(\d+),/.exec(bytes.toString('latin1', 30, 230));
  if (named?.[1] === undefined) return undefined;
  const found = { run: named[1], epoch: Number(named[2]) };
  try {
    let fits = false;
    walk({ file: '', from: chainStart(found.run, found.epoch), bytes }, () => (fits = true));
    return fits ? found : undefined;
  } catch {
    // Not whole as that run's either: the first finding stands.
    return undefined;
  }
}
