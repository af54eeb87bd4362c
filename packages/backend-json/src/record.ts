import { crc32, crc32Of } from '@orch/core/node';
import { damaged, newer } from './damage.ts';
import { contentEnd, lacksSector, needsSpace } from './room.ts';

/**
 * A record: a header of 30 bytes and one line of JSON.
 *
 *   1c 000000f3 9a3be1f0 55aa01c2 {"after":0,…}\n
 *   ││ │        │        └ CRC-32 of the 21 bytes before it
 *   ││ │        └ CRC-32 of the line, chained over the record before
 *   ││ └ length of the line with its end, in bytes
 *   │└ kind
 *   └ format: a later one keeps this header
 */
export const headerBytes = 30;
const checkedBytes = 21;
const format = '1';
const formatByte = format.charCodeAt(0);

/** What a record says. */
export const kinds = { owner: 'o', deleted: 'x', seal: 's', commit: 'c', end: 'e' } as const;
export type Kind = (typeof kinds)[keyof typeof kinds];

/** A place between two records. */
export interface Place {
  readonly offset: number;
  /** Of the chain up to there. */
  readonly crc: number;
}

export interface EncodedRecord {
  readonly bytes: Buffer;
  readonly crc: number;
}

/** Where the chain of a segment starts: a segment of another run or epoch never fits. */
export function chainStart(run: string, epoch: number): Place {
  return { offset: 0, crc: crc32(`orch ${run} ${epoch}`) };
}

export function hex8(value: number): string {
  return value.toString(16).padStart(8, '0');
}

/** `scratch`: where its bytes may stand, until the next record does, if there is room for them. */
export function encodeRecord(kind: Kind, payload: string, before: Place, scratch?: Buffer): EncodedRecord {
  const longest = headerBytes + bytesPerUnit * payload.length + 2;
  const room = scratch !== undefined && scratch.length >= longest ? scratch : Buffer.allocUnsafe(longest);
  let end = headerBytes + room.write(payload, headerBytes);
  if (needsSpace(before.offset + end + 1)) room[end++] = space;
  room[end++] = 10;
  const bytes = room.subarray(0, end);
  const length = end - headerBytes;
  const crc = crc32(room.subarray(headerBytes, end), before.crc);
  bytes[0] = formatByte;
  bytes[1] = kind.charCodeAt(0);
  bytes[2] = space;
  writeHex(bytes, 3, length);
  writeHex(bytes, 12, crc);
  writeHex(bytes, checkedBytes, crc32Of(bytes, { start: 0, end: checkedBytes }));
  return { bytes, crc };
}

/** Of UTF-8, at most, for each of UTF-16. */
const bytesPerUnit = 3;
const space = 32;
const hexDigits = Buffer.from('0123456789abcdef');

/** Eight digits and a space: what `hex8` answers, without a text for it. */
function writeHex(bytes: Buffer, at: number, value: number): void {
  for (let index = at + 7, left = value; index >= at; index--, left >>>= 4) bytes[index] = hexDigits[left & 15]!;
  bytes[at + 8] = space;
}

/** Bytes of a file from an offset on. */
export interface Stretch {
  readonly file: string;
  readonly from: Place;
  readonly bytes: Buffer;
}

/** A record that was found whole. Offsets count from the start of the file. */
export class FoundRecord implements Place {
  readonly kind: string;
  readonly start: number;
  readonly offset: number;
  readonly crc: number;
  readonly #stretch: Stretch;

  constructor(stretch: Stretch, kind: string, { start, offset, crc }: Place & { readonly start: number }) {
    this.kind = kind;
    this.start = start;
    this.offset = offset;
    this.crc = crc;
    this.#stretch = stretch;
  }

  payload(): string {
    const { bytes, from } = this.#stretch;
    return bytes.toString('utf8', this.start - from.offset + headerBytes, this.offset - from.offset - 1);
  }
}

/** Where the last whole record of a stretch ends. */
export interface Walked extends Place {
  /** Bytes of an unfinished write follow. */
  readonly torn: boolean;
}

/**
 * Visits the whole records of a stretch and answers where the last one ends. Room may follow. What is shorter than its
 * header says, or lacks a sector, is the tail of an unfinished write and is left alone; anything else that is wrong
 * rejects with `ORCH_JOURNAL_DAMAGED`.
 */
export function walk(stretch: Stretch, visit: (record: FoundRecord) => void): Walked {
  const { from, bytes } = stretch;
  const content = contentEnd(bytes);
  let { offset, crc } = from;
  for (;;) {
    const at = offset - from.offset;
    if (content - at < headerBytes) return { offset, crc, torn: content > at };
    const found = recordAt(stretch, { at, content, before: crc });
    if (found === undefined) return { offset, crc, torn: true };
    const start = offset;
    offset += found.bytes;
    crc = found.chained;
    visit(new FoundRecord(stretch, found.kind, { start, offset, crc }));
  }
}

interface Spot {
  readonly at: number;
  /** Where room begins. */
  readonly content: number;
  /** Of the chain up to there. */
  readonly before: number;
}

/** `undefined`: it was not written to its end. */
function recordAt(
  { file, from, bytes }: Stretch,
  { at, content, before }: Spot,
): { readonly kind: string; readonly bytes: number; readonly chained: number } | undefined {
  const offset = from.offset + at;
  const header = readHeader(bytes, at, { file, offset });
  const end = header === undefined ? content : at + headerBytes + header.length;
  const isWrong = (what: string): undefined => {
    if (end < content || !lacksSector(bytes, { at, content, offset })) throw damaged({ file, offset, what });
  };
  if (header === undefined) return isWrong('the header of the record is wrong');
  if (end > content) {
    // No sector holds the last byte alone, see `spacesBefore`: this one was there.
    if (end - content > 1 || end > bytes.length) return undefined;
    throw damaged({ file, offset, what: 'the last byte of the record is missing' });
  }
  const { kind, chained } = header;
  const line = new Uint8Array(bytes.buffer, bytes.byteOffset + at + headerBytes, header.length);
  if (crc32(line, before) !== chained) return isWrong('the checksum of the record does not fit');
  return { kind, bytes: end - at, chained };
}

export interface Header {
  readonly kind: string;
  readonly length: number;
  readonly chained: number;
}

/** `undefined`: it is not what was written. Rejects with `ORCH_JOURNAL_NEWER`. */
export function readHeader(
  bytes: Buffer,
  at: number,
  where: { readonly file: string; readonly offset: number },
): Header | undefined {
  if (!isHeader(bytes, at)) return undefined;
  if (!isOfThisFormat(bytes, at)) throw newer({ ...where, format: String.fromCharCode(bytes[at] ?? 0) });
  return { kind: kindAt(bytes, at), length: lengthAt(bytes, at), chained: chainedAt(bytes, at) };
}

/** Whether a header stands there as it was written, whatever its format. */
export function isHeader(bytes: Buffer, at: number): boolean {
  const check = readHex(bytes, at + checkedBytes);
  return bytes[at + headerBytes - 1] === 32 && check === crc32Of(bytes, { start: at, end: at + checkedBytes });
}

export function isOfThisFormat(bytes: Buffer, at: number): boolean {
  return bytes[at] === formatByte;
}

export function kindAt(bytes: Buffer, at: number): string {
  return String.fromCharCode(bytes[at + 1] ?? 0);
}

export function lengthAt(bytes: Buffer, at: number): number {
  return readHex(bytes, at + 3);
}

export function chainedAt(bytes: Buffer, at: number): number {
  return readHex(bytes, at + 12);
}

/** What a byte is as a lower-case hex digit; -1: none. */
const digits = new Int8Array(256).fill(-1);
for (let value = 0; value < 16; value++) digits[value.toString(16).charCodeAt(0)] = value;

/** Eight lower-case hex digits, or -1: each number is written in one way only. */
function readHex(bytes: Buffer, at: number): number {
  let value = 0;
  for (let index = at; index < at + 8; index++) {
    const digit = digits[bytes[index] ?? 0]!;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}
