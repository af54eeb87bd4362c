import { expandEvents, isOrchError } from '@orch/core/author';
import type { RunEvent } from '@orch/core/author';
import { readFile } from './files.ts';
import type { SegmentEnd } from './protocol.ts';
import { chainStart, hex8, kinds, walk } from './record.ts';
import type { FoundRecord } from './record.ts';
import { epochsOf, segmentFile } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';
import { Draft } from './segment.ts';
import type { CommitRecord } from './segment.ts';
import { readSummaryFile } from './summary-file.ts';

/** The records of a segment up to the first one that is not what was written. */
interface SoundRecords {
  readonly epoch: number;
  readonly records: readonly FoundRecord[];
  /** Nothing was wrong up to its end. */
  readonly whole: boolean;
  /** Of its seal, if that is among them. */
  readonly sealed: readonly SegmentEnd[];
}

/**
 * The events of a damaged journal after a version, up to the damage, a commit at a time. Each is vouched for by the chain
 * of its segment, by the seals of later ones and by the version before it; whatever one of these contradicts ends it.
 */
export function* soundEventsAfter(folder: RunFolder, after: number): Generator<readonly RunEvent[]> {
  const segments = epochsOf(folder).map((epoch) => soundRecords(folder, epoch));
  const flushed = readSummaryFile(folder)?.flushed;
  let version = 0;
  for (const segment of segments) {
    const { epoch } = segment;
    if (flushed?.epoch === epoch && contradicts(segment, flushed)) return;
    const end = sealedEnd(segments, epoch);
    if (end !== undefined && contradicts(segment, end)) return;
    for (const record of segment.records) {
      if (record.kind !== kinds.commit || record.offset > (end?.length ?? Infinity)) continue;
      const commit = JSON.parse(record.payload()) as CommitRecord;
      if (commit.after !== version) return;
      version += commit.events.length;
      const events = expandEvents(commit, { after: commit.after, epoch }).filter((event) => event.version > after);
      if (events.length > 0) yield events;
    }
    const isWhole = end === undefined ? segment.whole : endsAt(segment, end.length) !== undefined;
    if (!isWhole) return;
  }
}

function soundRecords(folder: RunFolder, epoch: number): SoundRecords {
  const file = segmentFile(folder, epoch);
  const bytes = readFile(folder.files, file) ?? Buffer.alloc(0);
  const records: FoundRecord[] = [];
  const draft = new Draft(file, undefined);
  let whole = true;
  try {
    walk({ file, from: chainStart(folder.run, epoch), bytes }, (record) => {
      draft.take(record);
      records.push(record);
    });
  } catch (error) {
    if (!isOrchError(error)) throw error;
    whole = false;
  }
  const place = records.at(-1);
  if (place === undefined) return { epoch, records, whole: false, sealed: [] };
  const { sealed = [] } = draft.finish({ place, epoch, size: 0, inode: 0, touchedAt: 0, torn: false });
  return { epoch, records, whole, sealed };
}

/** Where the newest seal that names a segment ends it: what an older holder wrote behind that does not count. */
function sealedEnd(segments: readonly SoundRecords[], epoch: number): SegmentEnd | undefined {
  return segments
    .filter((segment) => segment.epoch > epoch)
    .toReversed()
    .flatMap(({ sealed }) => sealed)
    .find((end) => end.epoch === epoch);
}

function endsAt({ records }: SoundRecords, offset: number): FoundRecord | undefined {
  return records.find((record) => record.offset === offset);
}

/** Whether other records stood there: then none of the segment is known to be of this run. */
function contradicts(segment: SoundRecords, { length, crc }: SegmentEnd): boolean {
  const record = endsAt(segment, length);
  return record !== undefined && hex8(record.crc) !== crc;
}
