const pageBytes = 4_096;

/**
 * What a page of memory takes at its first touch, when the kernel hands it out, in microseconds: on a virtual machine that
 * gets its memory page by page that is many times what it is elsewhere. Pages of 4 KiB, of 32 MiB that nobody used yet.
 */
export function newPageMicros(): number {
  const memory = Buffer.allocUnsafeSlow(32 * 2 ** 20);
  const startedAt = performance.now();
  for (let at = 0; at < memory.length; at += pageBytes) memory[at] = 1;
  return ((performance.now() - startedAt) * 1_000) / (memory.length / pageBytes);
}
