/**
 * What is done by the table, in all, before `node:zlib` is loaded, which takes some 2 ms. A process that only runs a short
 * workflow never comes to it.
 */
const bytesWithoutZlib = 16 * 1_024;

/** Up to here the table is faster than a call of `node:zlib`. */
const fewBytes = 64;

let bytesLeft = bytesWithoutZlib;
let ofZlib: ((bytes: Uint8Array, before: number) => number) | undefined;

/**
 * CRC-32 of bytes, or of a text in UTF-8, continued from that of what came before: what `crc32` of `node:zlib` answers.
 * @throws RangeError if `before` is no unsigned integer of 32 bits, as a checksum is that was kept with a sign.
 */
export function crc32(data: string | Uint8Array, before = 0): number {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  // The table would take any number, and `node:zlib` throws: alike, however much was done before.
  if (before >>> 0 !== before)
    throw new RangeError(`crc32: before is ${before}, and must be an integer from 0 to 4294967295 (\`value >>> 0\`)`);
  const { length } = bytes;
  if (length > fewBytes) bytesLeft -= length;
  if (length <= fewBytes || bytesLeft >= 0) return crc32Of(bytes, { start: 0, end: length, before });
  ofZlib ??= process.getBuiltinModule('node:zlib').crc32;
  return ofZlib(bytes, before);
}

const table = new Uint32Array(256);
// From those of one bit each: that takes an eighth of the steps that byte by byte, bit by bit does, at each start.
for (let bit = 128, value = 1; bit > 0; bit >>= 1) {
  value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  for (let at = 0; at < 256; at += 2 * bit) table[at + bit] = value ^ table[at]!;
}

interface Part {
  readonly start: number;
  readonly end: number;
  readonly before?: number;
}

/** That of a few bytes among others. */
export function crc32Of(bytes: Uint8Array, { start, end, before = 0 }: Part): number {
  let value = ~before;
  for (let at = start; at < end; at++) value = table[(value ^ bytes[at]!) & 255]! ^ (value >>> 8);
  return ~value >>> 0;
}
