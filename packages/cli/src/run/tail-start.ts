import type { FileHandle } from 'node:fs/promises';

/** A line counts as no more than this: a log without a line break is no reason to print all of it. */
const bytesOfALine = 4 * 1024;
const chunkBytes = 64 * 1024;
const lineFeed = 0x0a;

/** Where the last lines of a file begin. Of lines that are longer than 4 KiB on average, the end. */
export async function tailStart(file: FileHandle, lines: number): Promise<number> {
  const { size } = await file.stat();
  if (lines === 0) return size;
  const least = Math.max(0, size - lines * bytesOfALine);
  const buffer = Buffer.alloc(chunkBytes);
  let found = 0;
  for (let end = size; end > least;) {
    const start = Math.max(least, end - chunkBytes);
    const { bytesRead } = await file.read(buffer, 0, end - start, start);
    for (let at = bytesRead - 1; at >= 0; at--) {
      // The line feed at the very end ends the last line, and begins none.
      if (buffer[at] !== lineFeed || start + at === size - 1) continue;
      found++;
      if (found === lines) return start + at + 1;
    }
    end = start;
  }
  return least;
}
