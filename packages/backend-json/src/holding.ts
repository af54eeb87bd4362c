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
import { segmentFile } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';
import { commitPayload } from './segment.ts';
import type { CommitRecord, Segment } from './segment.ts';
import { writeSummaryFile } from './summary-file.ts';

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
  version: number;
  summary: RunSummary;
  /** The newest commit, to recognise it when it is sent again. */
  last: { readonly after: number; readonly payload: string; readonly start: number } | undefined;
  /** Whether all of it is on stable storage. */
  flushed: boolean;
  closed: boolean;
  /** Why nothing more may be written here. */
  failure: unknown;
  /** When `run.json` was written here, by the monotonic clock: with the first commit of a taking it is written again. */
  summaryAt: number;
}

/** Who read a segment to its end last, of all backends of this process, and so knows where to write. By its file. */
const newest = new Map<string, Holding>();

/** Another backend of the same token may have written to the segment since. No other process has that token. */
export function isNewest(holding: Holding): boolean {
  return newest.get(holding.file) === holding;
}

export function drop(holding: Holding): void {
  if (isNewest(holding)) newest.delete(holding.file);
  holding.folder.files.closeSync(holding.fd);
}

/** `undefined`: the segment is not one to write to; its epoch must be taken over. */
export function hold(folder: RunFolder, segment: Segment, fd?: number): Holding | undefined {
  const { owner, state, base, place, inode, file } = segment;
  if (state === undefined || base === undefined || segment.torn || segment.closed) return undefined;
  const holding: Holding = {
    folder,
    fence: { epoch: owner.epoch, token: owner.token },
    fd: fd ?? folder.files.openSync(file, 'a'),
    file,
    nextFile: segmentFile(folder, owner.epoch + 1),
    inode,
    taking: { owner: owner.owner, token: owner.token, ttlMs: owner.ttlMs },
    base,
    place,
    ...state,
    last: undefined,
    flushed: false,
    closed: false,
    failure: undefined,
    summaryAt: -Infinity,
  };
  newest.set(file, holding);
  return holding;
}

/** Whether the next epoch is taken, or the run removed. The next epoch first: see `append` in `protocol.ts`. */
export function isLost(holding: Holding): boolean {
  return isSuperseded(holding) || !isInPlace(holding);
}

function isSuperseded({ folder, nextFile }: Holding): boolean {
  return isThere(folder.files, nextFile);
}

/** Throws where the file is not as long as its holder made it: what was appended stands behind what somebody else left. */
function isInPlace({ folder, file, inode }: Holding, length?: number): boolean {
  const found = folder.files.statSync(file, { throwIfNoEntry: false });
  if (found?.ino !== inode) return false;
  if (length === undefined || found.size === length) return true;
  const what = `it has ${found.size} bytes where its holder wrote ${length}: something else wrote to it, or cut it`;
  throw damaged({ file, offset: Math.min(found.size, length), what });
}

/** Appends a commit that follows on the holding's version. */
export function appendCommit(holding: Holding, commit: Commit, flusher: Flusher): Later<Written> {
  const payload = commitPayload(commit, holding.base);
  const start = holding.place.offset;
  const written = write(holding, { kind: kinds.commit, payload, flush: commit.flush }, flusher);
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
}

function write(holding: Holding, { kind, payload, flush }: Entry, flusher: Flusher): Later<Written> {
  const { files } = holding.folder;
  const { fd, place } = holding;
  const { bytes, crc } = encodeRecord(kind, payload, place.crc);
  const own: OwnSegment = {
    write: () => writeAll(files, fd, { bytes, offset: place.offset }),
    flush: () => flusher.flush(fd),
    superseded: () => isSuperseded(holding),
    inPlace: () => isInPlace(holding, place.offset + bytes.length),
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
  const written = await write(holding, { kind: kinds.end, payload: '{}', flush: true }, flusher);
  holding.closed = true;
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
