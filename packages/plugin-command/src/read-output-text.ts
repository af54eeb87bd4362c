import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { readBytes } from './read-bytes.ts';
import { codeOf } from './system-error.ts';

export type OutputText =
  /** `isWhole`: it is UTF-8 without a fault. */
  { readonly text: string; readonly isWhole: boolean } | { readonly tooLong: true } | { readonly problem: string };

export interface OutputTextRequest {
  readonly maxBytes: number;
  /** Only the last line that is not blank. */
  readonly lastLine: boolean;
}

/** A want of orch's own, which passes: the attempt is not to blame. */
const passing: ReadonlySet<string | undefined> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR', undefined]);

/**
 * What a command left in the place of its output. A pipe, a device or a folder there is never waited for. Throws where
 * orch has no descriptor or memory left to look.
 */
export function readOutputText(path: string, request: OutputTextRequest): OutputText {
  try {
    return readAt(path, request);
  } catch (error) {
    const code = codeOf(error);
    if (passing.has(code)) throw error;
    return { problem: code === 'ENOENT' ? 'is not there' : `can't be read (${code})` };
  }
}

function readAt(path: string, { maxBytes, lastLine }: OutputTextRequest): OutputText {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return { problem: 'is not a regular file' };
    // One byte more than may be there: it may grow while it is read.
    const bytes = lastLine
      ? readLastLine(descriptor, stats.size, maxBytes)
      : readBytes(descriptor, 0, Math.min(stats.size, maxBytes) + 1);
    return bytes.length > maxBytes ? { tooLong: true } : decode(bytes);
  } finally {
    closeSync(descriptor);
  }
}

const chunkBytes = 65_536;

/** The last line that is not blank, or the end of it where it has more than so many bytes. Reads from the end: logs are long. */
function readLastLine(descriptor: number, size: number, maxBytes: number): Buffer {
  let line = Buffer.alloc(0);
  for (let end = size; end > 0 && line.length <= maxBytes;) {
    const start = Math.max(0, end - chunkBytes);
    const chunk = readBytes(descriptor, start, end - start);
    end = start;
    const text = line.length === 0 ? chunk.subarray(0, endOfText(chunk)) : chunk;
    const lineFeed = text.lastIndexOf(0x0a);
    line = Buffer.concat([text.subarray(lineFeed + 1), line]);
    if (lineFeed >= 0) break;
  }
  return line;
}

const blanks: ReadonlySet<number | undefined> = new Set([0x20, 0x09, 0x0a, 0x0d]);

function endOfText(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && blanks.has(bytes[end - 1])) end--;
  return end;
}

function decode(bytes: Buffer): OutputText {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), isWhole: true };
  } catch {
    return { text: new TextDecoder().decode(bytes), isWhole: false };
  }
}
