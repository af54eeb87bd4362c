import { setTimeout as wait } from 'node:timers/promises';
import type { RunEvent } from '@orch/core/author';
import { damaged, truncated, unknownRun } from './damage.ts';
import { openIfThere, readBetween } from './files.ts';
import { perform, settled } from './protocol.ts';
import type { ReadingDisk, SegmentEnd } from './protocol.ts';
import { gather, parseLines } from './gather.ts';
import { chainStart, hex8, kinds, walk } from './record.ts';
import type { Place } from './record.ts';
import { hasSegment, newestEpoch, segmentFile } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';
import { scanSegment } from './segment.ts';
import type { CommitRecord, Segment } from './segment.ts';
import { readSummaryFile } from './summary-file.ts';
import type { SummaryFile } from './summary-file.ts';

/** What a reader remembers of a run, so that following it does not start over. */
export interface Memory {
  newest?: Segment;
  mark?: Mark;
}

/** Where a reading ended. */
interface Mark extends Place {
  readonly epoch: number;
  readonly inode: number;
  readonly version: number;
}

/** How far a journal may be shown. */
export interface History {
  readonly ends: readonly SegmentEnd[];
  /** Absent while a newer epoch is being taken. */
  readonly newest?: Segment;
  readonly summaryFile?: SummaryFile;
}

/** A taking lasts a few milliseconds; one that was cut off by a crash stays for ever. */
const takingMs = 5;
const takingLooks = 10;

/** Rejects with `ORCH_RUN_UNKNOWN`. */
export async function readHistory(folder: RunFolder, memory: Memory): Promise<History> {
  for (let look = 1; ; look++) {
    // Before the journal: what it says was flushed by then is in what is read afterwards.
    const summaryFile = readSummaryFile(folder);
    const { ends, taking } = await perform(settled(readingDisk(folder, memory, summaryFile)));
    if (taking && look < takingLooks && mayBeSealed(memory, summaryFile)) {
      await wait(takingMs);
      continue;
    }
    const newest = ends.length > 0 || taking ? memory.newest : undefined;
    if (newest === undefined ? summaryFile === undefined : newest.deleted) throw unknownRun(folder.run);
    if (summaryFile !== undefined) checkLength(folder, ends, summaryFile);
    return {
      ends,
      ...(taking || newest === undefined ? {} : { newest }),
      ...(summaryFile === undefined ? {} : { summaryFile }),
    };
  }
}

/** A removed run is not, and neither is a segment that had its seal when `run.json` was written. */
function mayBeSealed({ newest }: Memory, summaryFile: SummaryFile | undefined): boolean {
  return newest?.deleted === false && (summaryFile?.flushed.epoch ?? 0) < newest.end.epoch;
}

function readingDisk(folder: RunFolder, memory: Memory, summaryFile?: SummaryFile): ReadingDisk<Segment> {
  return {
    newest: (): number => newestEpoch(folder),
    exists: (epoch: number): boolean => hasSegment(folder, epoch),
    scan(epoch: number): Segment | undefined {
      const known = memory.newest?.end.epoch === epoch ? memory.newest : undefined;
      const found = scanSegment(folder, epoch, known);
      if (found !== undefined && epoch >= (memory.newest?.end.epoch ?? 0)) memory.newest = found;
      return found;
    },
    noted: () => summaryFile?.flushed,
  };
}

function checkLength(folder: RunFolder, ends: readonly SegmentEnd[], { flushed }: SummaryFile): void {
  const end = ends.find((one) => one.epoch === flushed.epoch);
  if (end !== undefined && end.length >= flushed.length) return;
  const what = `run.json says that ${flushed.length} bytes of it (version ${flushed.version}) were acknowledged`;
  throw truncated({ file: segmentFile(folder, flushed.epoch), offset: end?.length ?? 0, what });
}

/** One commit, as it stands in the journal. */
export interface FoundCommit {
  readonly commit: CommitRecord;
  readonly epoch: number;
  /** Of its record, in bytes from the start of the segment. */
  readonly start: number;
}

/** The commits of a history after a version, many at a time. */
export function* commitsAfter(
  folder: RunFolder,
  history: History,
  { after, memory }: AfterVersion,
): Generator<FoundCommit[]> {
  let mark = fittingMark(folder, history, memory.mark);
  if (mark !== undefined && mark.version > after) mark = undefined;
  for (const end of history.ends) {
    if (mark !== undefined && end.epoch < mark.epoch) continue;
    mark = yield* segmentCommits(folder, { end, mark, summaryFile: history.summaryFile });
  }
  if (mark !== undefined) memory.mark = mark;
}

interface AfterVersion {
  readonly after: number;
  readonly memory: Memory;
}

/** A mark holds as long as it lies in the same file, and that one is not shorter now. */
function fittingMark(folder: RunFolder, { ends }: History, mark: Mark | undefined): Mark | undefined {
  const end = ends.find(({ epoch }) => epoch === mark?.epoch);
  if (mark === undefined || end === undefined || end.length < mark.offset) return undefined;
  const found = folder.files.statSync(segmentFile(folder, mark.epoch), { throwIfNoEntry: false });
  return found?.ino === mark.inode ? mark : undefined;
}

interface Portion {
  readonly end: SegmentEnd;
  readonly mark: Mark | undefined;
  readonly summaryFile: SummaryFile | undefined;
}

/** All of a segment is checked before anything of it is shown. */
function* segmentCommits(folder: RunFolder, { end, mark, summaryFile }: Portion): Generator<FoundCommit[], Mark> {
  const { epoch } = end;
  const file = segmentFile(folder, epoch);
  const from = mark?.epoch === epoch ? mark : chainStart(folder.run, epoch);
  const { bytes, inode } = load(folder, end, from.offset);
  const gathered = gather({ file, from, bytes }) ?? refused(folder, end, from);
  const { offset, crc } = gathered.records.at(-1) ?? from;
  if (offset !== end.length || hex8(crc) !== end.crc)
    throw damaged({ file, offset, what: 'what stands up to here is not what a later segment sealed' });
  const flushed = summaryFile?.flushed.epoch === epoch ? summaryFile.flushed : undefined;
  const noted = gathered.records.find((record) => record.offset === flushed?.length);
  if (noted !== undefined && hex8(noted.crc) !== flushed?.crc)
    throw damaged({ file, offset: noted.start, what: 'run.json has another checksum for what stands up to here' });
  let version = mark?.version ?? 0;
  for (const batch of parseLines(gathered)) {
    const commits: FoundCommit[] = [];
    for (const { record, line } of batch) {
      if (record.kind !== kinds.commit) continue;
      const commit = line as CommitRecord;
      if (commit.after !== version) {
        const what = `the record follows on version ${commit.after}, but ${version} is the one before it`;
        throw damaged({ file, offset: record.start, what });
      }
      version += commit.events.length;
      commits.push({ commit, epoch, start: record.start });
    }
    if (commits.length > 0) yield commits;
  }
  return { offset, crc, epoch, inode, version };
}

/** Finds the place of damage that is known to be there. */
function refused(folder: RunFolder, end: SegmentEnd, from: Place): never {
  const file = segmentFile(folder, end.epoch);
  const { offset } = walk({ file, from, bytes: load(folder, end, from.offset).bytes }, () => undefined);
  throw damaged({ file, offset, what: 'the checksums of the records do not fit together' });
}

/** Up to its end and not beyond: what follows a seal never counted. */
function load(folder: RunFolder, end: SegmentEnd, from: number): { readonly bytes: Buffer; readonly inode: number } {
  const { files } = folder;
  const file = segmentFile(folder, end.epoch);
  const fd = openIfThere(files, file);
  const what = `a later segment or run.json says that it has ${end.length}`;
  if (fd === undefined) throw truncated({ file, offset: 0, what });
  try {
    const { size, ino } = files.fstatSync(fd);
    if (size < end.length) throw truncated({ file, offset: size, what });
    return { bytes: readBetween(files, fd, { from, to: end.length }), inode: ino };
  } finally {
    files.closeSync(fd);
  }
}

/** The events after a version, many at a time. */
export function* eventsAfter(folder: RunFolder, history: History, from: AfterVersion): Generator<readonly RunEvent[]> {
  for (const commits of commitsAfter(folder, history, from)) {
    const events: RunEvent[] = [];
    for (const { commit } of commits) {
      const known = Math.max(0, from.after - commit.after);
      for (const event of known === 0 ? commit.events : commit.events.slice(known)) events.push(event);
    }
    if (events.length > 0) yield events;
  }
}
