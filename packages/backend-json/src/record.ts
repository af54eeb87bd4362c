import { crc32, crc32Of } from '@orch/core/node';
import { damaged, newer } from './damage.ts';

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

export function encodeRecord(kind: Kind, payload: string, before: number): EncodedRecord {
  const length = Buffer.byteLength(payload) + 1;
  const bytes = Buffer.allocUnsafe(headerBytes + length);
  bytes.write(payload, headerBytes);
  bytes[headerBytes + length - 1] = 10;
  const crc = crc32(bytes.subarray(headerBytes), before);
  bytes.write(`${format}${kind} ${hex8(length)} ${hex8(crc)} `, 0, 'latin1');
  bytes.write(`${hex8(crc32Of(bytes, { start: 0, end: checkedBytes }))} `, checkedBytes, 'latin1');
  return { bytes, crc };
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

/**
 * Visits the whole records of a stretch and answers where the last one ends. What is shorter than its header says is
 * the tail of an unfinished write and is left alone; anything else that is wrong rejects with `ORCH_JOURNAL_DAMAGED`.
 */
export function walk(stretch: Stretch, visit: (record: FoundRecord) => void): Place {
  const { file, from, bytes } = stretch;
  let { offset, crc } = from;
  for (;;) {
    const at = offset - from.offset;
    if (bytes.length - at < headerBytes) return { offset, crc };
    const { kind, length, chained } = readHeader(bytes, at, { file, offset });
    const end = at + headerBytes + length;
    if (end > bytes.length) return { offset, crc };
    crc = crc32(new Uint8Array(bytes.buffer, bytes.byteOffset + at + headerBytes, length), crc);
    if (crc !== chained) throw damaged({ file, offset, what: 'the checksum of the record does not fit' });
    const start = offset;
    offset += headerBytes + length;
    visit(new FoundRecord(stretch, kind, { start, offset, crc }));
  }
}

export interface Header {
  readonly kind: string;
  readonly length: number;
  readonly chained: number;
}

export function readHeader(
  bytes: Buffer,
  at: number,
  where: { readonly file: string; readonly offset: number },
): Header {
  const length = readHex(bytes, at + 3);
  const chained = readHex(bytes, at + 12);
  const check = readHex(bytes, at + checkedBytes);
  const spaced = bytes[at + headerBytes - 1] === 32;
  if (!spaced || check !== crc32Of(bytes, { start: at, end: at + checkedBytes }))
    throw damaged({ ...where, what: 'the header of the record is wrong' });
  if (bytes[at] !== format.charCodeAt(0)) throw newer({ ...where, format: String.fromCharCode(bytes[at] ?? 0) });
  return { kind: String.fromCharCode(bytes[at + 1] ?? 0), length, chained };
}

/** Eight lower-case hex digits, or -1: each number is written in one way only. */
function readHex(bytes: Buffer, at: number): number {
  let value = 0;
  for (let index = at; index < at + 8; index++) {
    const byte = bytes[index] ?? 0;
    const digit = byte >= 48 && byte <= 57 ? byte - 48 : byte >= 97 && byte <= 102 ? byte - 87 : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}
