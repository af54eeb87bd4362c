import { crc32 } from '@orch/core/node';
import { headerBytes, readHeader } from './record.ts';
import type { Place, Stretch } from './record.ts';

/** Records whose lines were moved together, checked, but not parsed. */
export interface Gathered {
  readonly bytes: Buffer;
  readonly records: readonly GatheredRecord[];
}

/** Offsets count from the start of the file. */
export interface GatheredRecord extends Place {
  readonly kind: string;
  readonly start: number;
  /** Where its line ends among those moved together. */
  readonly end: number;
}

/** Small enough for what was parsed to die young: then replaying a long journal costs the collector next to nothing. */
const batchBytes = 64 * 1024;
const [comma, bracket, closingBracket] = [44, 91, 93];

/**
 * Finds what `walk` finds, in a third of the time: the lines are moved together within the bytes, so that one checksum
 * does for all. The chain is the checksum of the lines one after another, so its last value vouches for every line.
 * `undefined`: it does not fit; `walk` tells where, on the bytes as they were.
 */
export function gather({ file, from, bytes }: Stretch): Gathered | undefined {
  const records: GatheredRecord[] = [];
  let end = 1;
  for (let at = 0; bytes.length - at >= headerBytes;) {
    const start = from.offset + at;
    const header = readHeader(bytes, at, { file, offset: start });
    if (header === undefined) return undefined;
    const { kind, length, chained } = header;
    const next = at + headerBytes + length;
    if (next > bytes.length) break;
    bytes.copyWithin(end, at + headerBytes, next);
    end += length;
    records.push({ kind, start, offset: from.offset + next, crc: chained, end });
    at = next;
  }
  const last = records.at(-1);
  return last !== undefined && crc32(bytes.subarray(1, end), from.crc) !== last.crc ? undefined : { bytes, records };
}

/** The line of one record, before any are parsed. */
export function payloadOf({ bytes, records }: Gathered, index: number): string {
  const start = index === 0 ? 1 : records[index - 1]!.end;
  return bytes.toString('utf8', start, records[index]!.end - 1);
}

/** The lines of some records, parsed. */
export interface ParsedLines {
  /** Index of the first of their records. */
  readonly first: number;
  readonly lines: readonly unknown[];
}

/** Parses many lines at once. The byte before a line is the end of the one before it, and becomes a comma or bracket. */
export function* parseLines({ bytes, records }: Gathered): Generator<ParsedLines> {
  let start = 0;
  let first = 0;
  for (let index = 0; index < records.length; index++) {
    const { end } = records[index]!;
    const full = end - start > batchBytes || index === records.length - 1;
    bytes[end - 1] = full ? closingBracket : comma;
    if (!full) continue;
    bytes[start] = bracket;
    yield { first, lines: JSON.parse(bytes.toString('utf8', start, end)) as unknown[] };
    start = end - 1;
    first = index + 1;
  }
}
