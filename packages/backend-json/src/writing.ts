import { damaged, isSystemError } from './damage.ts';
import { isThere, writeAll } from './files.ts';
import type { Flusher } from './flusher.ts';
import type { Holding } from './holding.ts';
import type { Later } from './later.ts';
import { append, perform } from './protocol.ts';
import type { OwnSegment, Written } from './protocol.ts';
import type { EncodedRecord } from './record.ts';
import { roomAt } from './room.ts';

/** A look at the file that a segment's name leads to is good for so long. */
const lookEveryMs = 20;

/** A record on its way. */
export interface Entry extends EncodedRecord {
  readonly flush: boolean;
  /** The run ends with it, or its holder lets go. */
  readonly ended: boolean;
  readonly flusher: Flusher;
  /** When it was begun: monotonic time. */
  readonly at: number;
  /** The segment was as its holder left it. */
  mine: boolean;
}

/** Whether the next epoch is taken, or the run removed. The next epoch first: see `append` in `protocol.ts`. */
export function isLost(holding: Holding): boolean {
  return isThere(holding.folder.files, holding.nextFile) || !isInPlace(holding);
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
function isMine(holding: Holding, now: number): boolean {
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

/** Writes one record. */
export function write(holding: Holding, entry: Entry): Later<Written> {
  try {
    const written = perform(append(ownSegment(holding, entry), entry.flush));
    return written instanceof Promise ? written.catch((error) => failed(holding, error)) : written;
  } catch (error) {
    return failed(holding, error);
  }
}

function failed(holding: Holding, error: unknown): never {
  holding.failure = error;
  throw error;
}

/** The segment with that record: the steps of `append` in `protocol.ts`. */
function ownSegment(holding: Holding, entry: Entry): OwnSegment {
  return {
    write: () => {
      // Before it writes: what something else left there is not written over.
      entry.mine = isMine(holding, entry.at);
      if (entry.mine) writeRecord(holding, entry);
    },
    flush: () => entry.flusher.flush(holding.fd, entry.at),
    superseded: () => isThere(holding.folder.files, holding.nextFile),
    inPlace: () => {
      const { mine, ended } = entry;
      return mine && (ended ? isInPlace(holding, holding.size) : isNamed(holding));
    },
  };
}

function writeRecord(holding: Holding, { bytes, flush, ended }: Entry): void {
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
export function takeRoomAway(holding: Holding): void {
  const { folder, fd, place, size } = holding;
  if (size === place.offset) return;
  try {
    folder.files.ftruncateSync(fd, place.offset);
    holding.size = place.offset;
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}
