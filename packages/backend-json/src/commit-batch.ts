import { headerBytes } from './record.ts';
import type { CommitRecord } from './segment.ts';

/** Where a record stands in some bytes. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A string can't hold more than half a gigabyte. */
const batchBytes = 32 * 1024 * 1024;

const [blank, comma, bracket, closingBracket] = [32, 44, 91, 93];

/**
 * Parses the lines of many records as one array, which takes half the time of as many calls. The bytes are changed for
 * it: what stands between two lines becomes blank, but for a comma or bracket.
 */
export function parseCommits(bytes: Buffer, ranges: readonly Range[]): readonly CommitRecord[] {
  const found: CommitRecord[][] = [];
  for (let index = 0; index < ranges.length;) {
    const start = ranges[index]?.start ?? 0;
    let end = start;
    for (let range = ranges[index]; range !== undefined && end - start < batchBytes; range = ranges[++index]) {
      for (let at = end; at < range.start + headerBytes; at++) bytes[at] = blank;
      bytes[range.start] = end === start ? bracket : comma;
      end = range.end;
    }
    // The end of the last line.
    bytes[end - 1] = closingBracket;
    found.push(JSON.parse(bytes.toString('utf8', start, end)) as CommitRecord[]);
  }
  return found.flat();
}
