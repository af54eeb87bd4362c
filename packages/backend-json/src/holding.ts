import { compactEvents, isOrchError, isTerminal, systemClock } from '@orch/core/author';
import type { Commit, Fence, RunSummary, Taking } from '@orch/core/author';
import { broken, damaged, isSystemError } from './damage.ts';
import { isThere, writeAll } from './files.ts';
import type { Flusher } from './flusher.ts';
import { andThen, guard } from './later.ts';
import type { Later } from './later.ts';
import { append, perform } from './protocol.ts';
import type { OwnSegment, Written } from './protocol.ts';
import { encodeRecord, hex8, kinds } from './record.ts';
import type { Place } from './record.ts';
import { roomAt } from './room.ts';
import { segmentFile } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';
import { commitPayload } from './segment.ts';
import type { CommitRecord, Segment } from './segment.ts';
import { writeSummaryFile } from './summary-file.ts';

/** A look at the file that a segment's name leads to is good for so long. */
const lookEveryMs = 20;

/** `run.json` is written at most this often while a run is driven. */
const summaryEveryMs = 1000;

/** A segment that this process writes to. */
export interface Holding {
  readonly folder: RunFolder;
  readonly fence: Fence;
  readonly fd: number;
  readonly file: string;
  /** The segment that whoever takes the run over makes. */
  readonly nextFile: string;
  readonly inode: number;
  /** Its lease lives `ttlMs` after the file was last touched. */
  readonly taking: Taking;
  readonly base: RunSummary;
  place: Place;
  /** Of the file, in bytes, its room included. */
  size: number;
  /** Until a record is not flushed. */
  mayHaveRoom: boolean;
  version: number;
  summary: RunSummary;
  /** The newest commit, to recognise it when it is sent again. */
  last: { readonly after: number; readonly payload: string; readonly start: number } | undefined;
  /** Whether all of it is on stable storage. */
  flushed: boolean;
  closed: boolean;
  /** Why nothing more may be written here. */
  failure: unknown;
  /** When its name led to its file, as long as it was made: monotonic time. */
  lookedAt: number;
  /** When `run.json` was written here, by the monotonic clock: with the first commit of a taking it is written again. */
  summaryAt: number;
}

/**
 * Who read a segment to its end last, of all backends of this process, and so knows where to write. By its inode: a folder
 * may have several names. Who finds another file's holding reads its own again.
 */
const newest = new Map<number, Holding>();

/** Another backend of the same token may have written to the segment since. No other process has that token. */
export function isNewest(holding: Holding): boolean {
  return newest.get(holding.inode) === holding;
}

export function drop(holding: Holding): void {
  if (isNewest(holding)) newest.delete(holding.inode);
  holding.folder.files.closeSync(holding.fd);
}

/** `undefined`: the segment is not one to write to; its epoch must be taken over. */
export function hold(folder: RunFolder, segment: Segment, fd?: number): Holding | undefined {
  const { owner, state, base, place, size, inode, file } = segment;
  if (state === undefined || base === undefined || segment.torn || segment.closed) return undefined;
  const holding: Holding = {
    folder,
    fence: { epoch: owner.epoch, token: owner.token },
    fd: fd ?? folder.files.openSync(file, 'r+'),
    file,
    nextFile: segmentFile(folder, owner.epoch + 1),
    inode,
    taking: { owner: owner.owner, token: owner.token, ttlMs: owner.ttlMs },
    base,
    place,
    size,
    mayHaveRoom: true,
    ...state,
    last: undefined,
    flushed: false,
    closed: false,
    failure: undefined,
    lookedAt: -Infinity,
    summaryAt: -Infinity,
  };
  newest.set(inode, holding);
  return holding;
}

/** Whether the next epoch is taken, or the run removed. The next epoch first: see `append` in `protocol.ts`. */
export function isLost(holding: Holding): boolean {
  return isSuperseded(holding) || !isInPlace(holding);
}

function isSuperseded({ folder, nextFile }: Holding): boolean {
  return isThere(folder.files, nextFile);
}

/** `size`: throws where the file is not as long as its holder made it. */
function isInPlace({ folder, file, inode, place }: Holding, size?: number): boolean {
  const found = folder.files.statSync(file, { throwIfNoEntry: false });
  if (found?.ino !== inode) return false;
  if (size === undefined || found.size === size) return true;
  const what = `it has ${found.size} bytes where its holder made it ${size}: something else wrote to it, or cut it`;
  throw damaged({ file, offset: Math.min(found.size, place.offset), what });
}

/**
 * Whether the segment is the file that its name leads to, as long as it was made. Asked from time to time only: once `stat`
 * has read the time of the last change, Linux stores the next one to the nanosecond, and a flush has that to store, too.
 */
function isMine(holding: Holding): boolean {
  const now = systemClock.monotonic();
  if (now - holding.lookedAt < lookEveryMs) return true;
  holding.lookedAt = now;
  return isInPlace(holding, holding.size);
}

/** Whether there is a segment of that name: a removed run has none, and its epoch never comes again. */
function isNamed({ folder, file }: Holding): boolean {
  try {
    folder.files.accessSync(file);
    return true;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return false;
    throw error;
  }
}

/** Appends a commit that follows on the holding's version. */
export function appendCommit(holding: Holding, commit: Commit, flusher: Flusher): Later<Written> {
  const payload = commitPayload(commit, holding.base);
  const start = holding.place.offset;
  const ended = isTerminal(commit.summary.status);
  const written = write(holding, { kind: kinds.commit, payload, flush: commit.flush, ended }, flusher);
  return andThen(written, (answer) => {
    if (answer === 'ok')
      noteCommit(holding, commit, { last: { after: commit.expectedVersion, payload, start }, at: flusher.flushedAt });
    return answer;
  });
}

/** `at`: monotonic time of the newest flush, which is this commit's where it was flushed. */
function noteCommit(
  holding: Holding,
  { events, summary, flush }: Commit,
  { last, at }: Pick<Holding, 'last'> & { readonly at: number },
): void {
  holding.version += events.length;
  holding.summary = summary;
  holding.last = last;
  const ended = isTerminal(summary.status);
  if (flush && (ended || at - holding.summaryAt >= summaryEveryMs)) noteSummary(holding, ended);
}

interface Entry {
  readonly kind: typeof kinds.commit | typeof kinds.end;
  readonly payload: string;
  readonly flush: boolean;
  /** The run ends with it, or its holder lets go. */
  readonly ended: boolean;
}

function write(holding: Holding, { kind, payload, flush, ended }: Entry, flusher: Flusher): Later<Written> {
  const { place } = holding;
  const { bytes, crc } = encodeRecord(kind, payload, place);
  let mine = true;
  const own: OwnSegment = {
    write: () => {
      // Before it writes: what something else left there is not written over.
      mine = isMine(holding);
      if (mine) writeRecord(holding, bytes, { flush, ended });
    },
    flush: () => flusher.flush(holding.fd),
    superseded: () => isSuperseded(holding),
    inPlace: () => mine && (ended ? isInPlace(holding, holding.size) : isNamed(holding)),
  };
  const written = guard(
    () => perform(append(own, flush)),
    (error) => {
      holding.failure = error;
      throw error;
    },
  );
  return andThen(written, (answer) => {
    holding.place = { offset: place.offset + bytes.length, crc };
    holding.flushed = flush;
    return answer;
  });
}

function writeRecord(holding: Holding, bytes: Buffer, { flush, ended }: Pick<Entry, 'flush' | 'ended'>): void {
  const { folder, fd, place } = holding;
  const end = place.offset + bytes.length;
  if (!flush) goOnWithoutRoom(holding);
  writeAll(folder.files, fd, { bytes, offset: place.offset });
  if (end <= holding.size) return;
  holding.size = end;
  if (flush && !ended && holding.flushed && holding.mayHaveRoom) makeRoom(holding);
}

/**
 * Of several records that are on their way to the disk together only those may be missing that come last: so there is no
 * room for them, on the disk neither.
 */
function goOnWithoutRoom(holding: Holding): void {
  const { folder, fd, place, size } = holding;
  holding.mayHaveRoom = false;
  if (size === place.offset) return;
  folder.files.ftruncateSync(fd, place.offset);
  holding.size = place.offset;
  folder.files.fdatasyncSync(fd);
}

/** What follows is done without it where there is none. */
function makeRoom(holding: Holding): void {
  const { folder, fd, size } = holding;
  const room = roomAt(size);
  try {
    holding.size += folder.files.writeSync(fd, room, 0, room.length, size);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

/** Zero bytes behind the end of a segment that was let go do no harm, so that a failure does none. */
function takeRoomAway(holding: Holding): void {
  const { folder, fd, place, size } = holding;
  if (size === place.offset) return;
  try {
    folder.files.ftruncateSync(fd, place.offset);
    holding.size = place.offset;
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

/** Rejects once a write has failed. */
export function checkWritable(holding: Holding): void {
  const { failure, file } = holding;
  if (failure !== undefined) throw isOrchError(failure) ? failure : broken(file, failure);
}

/** Whether a commit is the newest one, sent again. The same fence with other events is damage. */
export function isRepeated(holding: Holding, commit: Commit): boolean {
  const { last, base } = holding;
  if (last?.after !== commit.expectedVersion) return false;
  if (last.payload === commitPayload(commit, base)) return true;
  if (sameEvents(JSON.parse(last.payload) as CommitRecord, commit)) return true;
  throw otherEvents({ file: holding.file, offset: last.start }, commit);
}

export function sameEvents({ at, events }: CommitRecord, commit: Commit): boolean {
  const compact = compactEvents(commit.events, { after: commit.expectedVersion, epoch: commit.fence.epoch });
  return at === compact.at && JSON.stringify(events) === JSON.stringify(compact.events);
}

export function otherEvents(where: { readonly file: string; readonly offset: number }, commit: Commit): Error {
  const what = `its holder sent the commit after version ${commit.expectedVersion} again with other events`;
  return damaged({ ...where, what });
}

/** Closes the segment: the run is free at once. */
export async function close(holding: Holding, flusher: Flusher): Promise<Written> {
  const written = await write(holding, { kind: kinds.end, payload: '{}', flush: true, ended: true }, flusher);
  holding.closed = true;
  if (written === 'ok') takeRoomAway(holding);
  return written;
}

/** Brings `run.json` up to date. All that it names is flushed and acknowledged. A failure costs a reader time, nothing else. */
export function noteSummary(holding: Holding, durable: boolean): void {
  const { folder, fence, place, version, summary } = holding;
  const flushed = { epoch: fence.epoch, length: place.offset, version, crc: hex8(place.crc), closed: holding.closed };
  holding.summaryAt = systemClock.monotonic();
  try {
    writeSummaryFile(folder, { summary, flushed }, durable);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    holding.summaryAt = -Infinity;
  }
}
