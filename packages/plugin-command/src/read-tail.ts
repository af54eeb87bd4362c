import { closeSync, fstatSync, openSync } from 'node:fs';
import type { AttemptFiles } from './attempt-files.ts';
import { readBytes } from './read-bytes.ts';
import { codeOf } from './system-error.ts';

/**
 * The end of what an attempt printed: of its log, and after it of its stdout where that is a file of its own. At most so
 * many bytes together; half each, where both have more. Characters that were cut are left out.
 */
export function readTail({ log, stdout }: AttemptFiles, maxBytes: number): string {
  const most = Math.max(0, Math.floor(maxBytes));
  const printed = endOf(stdout, most);
  if (printed.length === 0) return textOf(endOf(log, most));
  const beside = most - 1;
  const said = endOf(log, Math.max(Math.ceil(beside / 2), beside - printed.length));
  if (said.length === 0) return textOf(printed);
  const rest = printed.subarray(Math.max(0, printed.length - (beside - said.length)));
  const words = textOf(said);
  return `${words}${words.endsWith('\n') ? '' : '\n'}${textOf(rest)}`;
}

function endOf(path: string, maxBytes: number): Buffer {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
  try {
    const { size } = fstatSync(descriptor);
    const length = Math.min(size, maxBytes);
    return readBytes(descriptor, size - length, length);
  } finally {
    closeSync(descriptor);
  }
}

/** `stream`: the beginning of a character at the end waits for its rest, which does not come. */
function textOf(bytes: Buffer): string {
  let start = 0;
  while (start < Math.min(3, bytes.length) && (bytes[start]! & 0xc0) === 0x80) start++;
  return new TextDecoder().decode(bytes.subarray(start), { stream: true });
}
