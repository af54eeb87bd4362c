import { setTimeout as wait } from 'node:timers/promises';
import { expandEvents, isOrchError, unknownRun } from '@orch/core/author';
import type { RunEvent } from '@orch/core/author';
import { damaged, truncated } from './damage.ts';
import { namesIn, openIfThere, readBetween, readFile } from './files.ts';
import { perform, settled } from './protocol.ts';
import type { ReadingDisk, SegmentEnd } from './protocol.ts';
import { crcAt, endOf, gather, parseLines, startOf } from './gather.ts';
import type { Gathered } from './gather.ts';
import { chainStart, hex8, kinds, walk } from './record.ts';
import type { Place } from './record.ts';
import { epochsOf, hasSegment, newestEpoch, segmentFile } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';
import { lookAgain, scanSegment, scanWhole, segmentAt } from './scan-segment.ts';
import type { ScannedWhole } from './scan-segment.ts';
import type { CommitRecord, Segment } from './segment.ts';
import { readSummaryFile, shorter } from './summary-file.ts';
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
  /** Its newest segment, where that was read whole to see where it ends. */
  readonly whole?: ScannedWhole;
}

export interface HistoryOptions {
  /** The events are read next, from the first one on. */
  readonly whole?: boolean;
}

/** A taking lasts a few milliseconds; one that was cut off by a crash stays for ever. */
const takingMs = 5;
const takingLooks = 10;

/** Rejects with `ORCH_RUN_UNKNOWN`. */
export async function readHistory(
  folder: RunFolder,
  memory: Memory,
  { whole = false }: HistoryOptions = {},
): Promise<History> {
  for (let look = 1; ; look++) {
    // Before the journal: what it says was flushed by then is in what is read afterwards.
    const summaryFile = readSummaryFile(folder);
    const disk = readingDisk(folder, memory, { summaryFile, whole });
    const { ends, taking } = await perform(settled(disk));
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
      ...(disk.scanned === undefined ? {} : { whole: disk.scanned }),
    };
  }
}

/** The folder of a run has something in it, but neither a segment nor a summary. */
export function isWithoutJournal(folder: RunFolder): boolean {
  return (
    namesIn(folder.files, folder.path).length > 0 &&
    epochsOf(folder).length === 0 &&
    readSummaryFile(folder) === undefined
  );
}

/** A removed run is not, and neither is a segment that had its seal when `run.json` was written. */
function mayBeSealed({ newest }: Memory, summaryFile: SummaryFile | undefined): boolean {
  return newest?.deleted === false && (summaryFile?.flushed.epoch ?? 0) < newest.end.epoch;
}

interface Reading {
  readonly summaryFile: SummaryFile | undefined;
  readonly whole: boolean;
}

function readingDisk(
  folder: RunFolder,
  memory: Memory,
  { summaryFile, whole }: Reading,
): ReadingDisk<Segment> & { scanned?: ScannedWhole } {
  const disk: ReadingDisk<Segment> & { scanned?: ScannedWhole } = {
    newest: () => newestEpoch(folder),
    exists: (epoch) => hasSegment(folder, epoch),
    scan(epoch) {
      const known = memory.newest?.end.epoch === epoch ? memory.newest : undefined;
      const scanned = whole && known === undefined ? scanWhole(folder, epoch) : undefined;
      if (scanned !== undefined) disk.scanned = scanned;
      const found =
        scanned?.segment ??
        (known === undefined ? scanFrom(folder, epoch, summaryFile) : scanSegment(folder, epoch, known));
      if (found !== undefined && epoch >= (memory.newest?.end.epoch ?? 0)) memory.newest = found;
      return found;
    },
    noted: () => summaryFile?.flushed ?? firstCommitEnd(folder),
  };
  return disk;
}

/** Without `run.json`: a run was made with its first commit whole, so that much is history. */
function firstCommitEnd(folder: RunFolder): SegmentEnd | undefined {
  const epoch = epochsOf(folder)[0] ?? 0;
  const file = segmentFile(folder, epoch);
  return lookAgain(() => {
    const bytes = readFile(folder.files, file);
    if (bytes === undefined) return undefined;
    let end: SegmentEnd | undefined;
    walk({ file, from: chainStart(folder.run, epoch), bytes }, ({ kind, offset, crc }) => {
      if (kind === kinds.commit) end ??= { epoch, length: offset, crc: hex8(crc) };
    });
    return end;
  });
}

/**
 * Scans from where `run.json` left off: what stands before it is checked when it is read. Where it leads to damage it may
 * be `run.json` that is wrong, so the segment is scanned from its start.
 */
function scanFrom(folder: RunFolder, epoch: number, summaryFile: SummaryFile | undefined): Segment | undefined {
  if (summaryFile?.flushed.epoch !== epoch) return scanSegment(folder, epoch);
  try {
    const noted = segmentAt(folder, { ...summaryFile.flushed, summary: summaryFile.summary });
    return scanSegment(folder, epoch, noted);
  } catch (error) {
    if (!isOrchError(error, 'ORCH_JOURNAL_DAMAGED')) throw error;
    return scanSegment(folder, epoch);
  }
}

function checkLength(folder: RunFolder, ends: readonly SegmentEnd[], { flushed }: SummaryFile): void {
  const end = ends.find((one) => one.epoch === flushed.epoch);
  if (end !== undefined && end.length >= flushed.length) return;
  throw shorter(folder, flushed, end?.length ?? 0);
}

/** Commits that stand one after another in a segment. */
export interface FoundCommits {
  readonly epoch: number;
  readonly commits: readonly CommitRecord[];
  /** Where the record of one of them begins, in bytes from the start of the segment. */
  readonly startOf: (index: number) => number;
}

/** The commits of a history after a version, many at a time. */
export function* commitsAfter(
  folder: RunFolder,
  history: History,
  { after, memory }: AfterVersion,
): Generator<FoundCommits> {
  let mark = fittingMark(folder, history, memory.mark);
  if (mark !== undefined && mark.version > after) mark = undefined;
  for (const end of history.ends) {
    if (mark !== undefined && end.epoch < mark.epoch) continue;
    mark = yield* segmentCommits(folder, { end, mark, history });
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
  readonly history: History;
}

/** All of a segment is checked before anything of it is shown. */
function* segmentCommits(folder: RunFolder, { end, mark, history }: Portion): Generator<FoundCommits, Mark> {
  const { epoch } = end;
  const file = segmentFile(folder, epoch);
  const from = mark?.epoch === epoch ? mark : chainStart(folder.run, epoch);
  const { gathered, inode } =
    (from.offset === 0 && gatheredBefore(history.whole, end)) || gatherUpTo(folder, end, from);
  const { offset, crc } = endOf(gathered);
  if (offset !== end.length || hex8(crc) !== end.crc) throw otherThanSealed(file, offset);
  checkNoted(gathered, file, history.summaryFile?.flushed.epoch === epoch ? history.summaryFile.flushed : undefined);
  let version = mark?.version ?? 0;
  for (const { first, lines } of parseLines(gathered)) {
    // Only the first two records and the last one are of another kind: commits stand in a row.
    let begins = first;
    const commits: CommitRecord[] = [];
    for (let index = 0; index < lines.length; index++) {
      if (gathered.others.has(first + index)) continue;
      const commit = lines[index] as CommitRecord;
      if (commit.after !== version) {
        const what = `the record follows on version ${commit.after}, but ${version} is the one before it`;
        throw damaged({ file, offset: startOf(gathered, first + index), what });
      }
      if (commits.length === 0) begins = first + index;
      version += commit.events.length;
      commits.push(commit);
    }
    if (commits.length > 0) yield { epoch, commits, startOf: (index) => startOf(gathered, begins + index) };
  }
  return { offset, crc, epoch, inode, version };
}

/** What `run.json` says of a segment was true when it was written. */
function checkNoted(gathered: Gathered, file: string, flushed: SummaryFile['flushed'] | undefined): void {
  if (flushed === undefined) return;
  const crc = crcAt(gathered, flushed.length);
  if (crc === undefined || hex8(crc) === flushed.crc) return;
  const what = 'run.json has another checksum for what stands up to here';
  throw damaged({ file, offset: flushed.length, what });
}

interface GatheredUpTo {
  readonly gathered: Gathered;
  readonly inode: number;
}

/** Up to the very same end only: what follows it does not count. */
function gatheredBefore(whole: ScannedWhole | undefined, { epoch, length }: SegmentEnd): GatheredUpTo | undefined {
  if (whole === undefined) return undefined;
  const { segment, gathered } = whole;
  return segment.end.epoch === epoch && segment.end.length === length ? { gathered, inode: segment.inode } : undefined;
}

function gatherUpTo(folder: RunFolder, end: SegmentEnd, from: Place): GatheredUpTo {
  const file = segmentFile(folder, end.epoch);
  const { bytes, inode } = load(folder, end, from.offset);
  return { gathered: gather({ file, from, bytes }) ?? refused(folder, end, from), inode };
}

/** Finds the place of damage that is known to be there: in a record, or where none ends. */
function refused(folder: RunFolder, end: SegmentEnd, from: Place): never {
  const file = segmentFile(folder, end.epoch);
  const { offset } = walk({ file, from, bytes: load(folder, end, from.offset).bytes }, () => undefined);
  throw otherThanSealed(file, offset);
}

function otherThanSealed(file: string, offset: number): Error {
  return damaged({ file, offset, what: 'what stands up to here is not what a later segment sealed' });
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
  for (const { commits, epoch } of commitsAfter(folder, history, from)) {
    const events: RunEvent[] = [];
    for (const commit of commits) {
      const all = expandEvents(commit, { after: commit.after, epoch });
      for (let index = Math.max(0, from.after - commit.after); index < all.length; index++) events.push(all[index]!);
    }
    if (events.length > 0) yield events;
  }
}
