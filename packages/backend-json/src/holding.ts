import { compactEvents, isOrchError, isTerminal, systemClock } from '@orch/core/author';
import type { Commit, Fence, RunSummary, Taking } from '@orch/core/author';
import { broken, damaged, isSystemError } from './damage.ts';
import type { Flusher } from './flusher.ts';
import type { Later } from './later.ts';
import type { Written } from './protocol.ts';
import { encodeRecord, hex8, kinds } from './record.ts';
import type { Place } from './record.ts';
import { segmentFile } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';
import { commitPayload } from './segment.ts';
import type { CommitRecord, Segment } from './segment.ts';
import { writeSummaryFile } from './summary-file.ts';
import { takeRoomAway, write } from './writing.ts';
import type { Entry } from './writing.ts';

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

/** For the bytes of a short record, which are written before the next one is made. */
const scratch = Buffer.allocUnsafe(4096);

/** Appends a commit that follows on the holding's version. */
export function appendCommit(holding: Holding, commit: Commit, flusher: Flusher): Later<Written> {
  const payload = commitPayload(commit, holding.base);
  const last = { after: commit.expectedVersion, payload, start: holding.place.offset };
  const ended = isTerminal(commit.summary.status);
  const { bytes, crc } = encodeRecord(kinds.commit, payload, holding.place, scratch);
  const entry = { bytes, crc, flush: commit.flush, ended, flusher, at: systemClock.monotonic(), mine: true };
  const written = write(holding, entry);
  return written instanceof Promise
    ? written.then((answer) => noteCommit(holding, entry, { commit, last, answer }))
    : noteCommit(holding, entry, { commit, last, answer: written });
}

interface Note extends Pick<Holding, 'last'> {
  readonly commit: Commit;
  readonly answer: Written;
}

function noteCommit(holding: Holding, entry: Entry, { commit, last, answer }: Note): Written {
  noteRecord(holding, entry);
  if (answer === 'lost') return answer;
  const { events, summary } = commit;
  const { flush, ended, flusher } = entry;
  holding.version += events.length;
  holding.summary = summary;
  holding.last = last;
  if (flush && (ended || flusher.flushedAt - holding.summaryAt >= summaryEveryMs)) noteSummary(holding, ended);
  return answer;
}

function noteRecord(holding: Holding, { bytes, crc, flush }: Entry): void {
  holding.place = { offset: holding.place.offset + bytes.length, crc };
  holding.flushed = flush;
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
  const record = encodeRecord(kinds.end, '{}', holding.place);
  const entry = { ...record, flush: true, ended: true, flusher, at: systemClock.monotonic(), mine: true };
  const written = await write(holding, entry);
  noteRecord(holding, entry);
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
