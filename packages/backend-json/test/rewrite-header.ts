import { readFileSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { hex8 } from '../src/record.ts';

/** Gives the first record of a segment another format, under a checksum that fits. */
export function rewriteHeader(file: string, format: string): void {
  const bytes = readFileSync(file);
  const header = Buffer.from(`${format}${bytes.toString('latin1', 1, 21)}`);
  writeFileSync(file, Buffer.concat([header, Buffer.from(hex8(crc32(header))), bytes.subarray(29)]));
}
