/**
 * Room: zero bytes behind the last record of a segment that is being written to and flushed record by record, so that a
 * flush has no new length of the file to store. No record has a zero byte. What it is worth: docs/decisions/0025-room-in-the-journal.md.
 */

/** What a disk writes whole or not at all. Disks with larger sectors have whole multiples of it. */
const sectorBytes = 512;
/** What file systems allot at least. */
const pageBytes = 4096;
const mostRoom = 65_536;
const zeros = Buffer.alloc(mostRoom);

/** Room for behind a place: about as much as stands before it, so that a short run takes one page. */
export function roomAt(offset: number): Buffer {
  const wanted = Math.min(Math.max(offset, pageBytes), mostRoom - pageBytes);
  const end = Math.ceil((offset + wanted) / pageBytes) * pageBytes;
  return zeros.subarray(0, end - offset);
}

/** Where the room begins, or where the bytes end. */
export function contentEnd(bytes: Buffer): number {
  let end = bytes.length;
  while (end >= sectorBytes && zeros.compare(bytes, end - sectorBytes, end, 0, sectorBytes) === 0) end -= sectorBytes;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return end;
}

/**
 * Whether a record that would end there gets a space behind its line, so that it ends at the edge of a sector, or at least
 * two bytes away. Then each record has two bytes or more in each of its sectors: one zero byte is damage, a zero sector was
 * not written.
 */
export function needsSpace(end: number): boolean {
  const into = end % sectorBytes;
  return into === 1 || into === sectorBytes - 1;
}

interface Remainder {
  /** Among the bytes. */
  readonly at: number;
  /** Where room begins. */
  readonly content: number;
  /** From the start of the file, of the byte at `at`. */
  readonly offset: number;
}

/**
 * Whether the bytes up to the room are one record that lacks a sector: the machine stopped before the disk had all of it,
 * in whatever order. Only one can be on its way there: what is not flushed is written without room. As etcd tells a torn
 * entry of its write-ahead log (`isTornEntry` in its `wal/decoder.go`).
 */
export function lacksSector(bytes: Buffer, { at, content, offset }: Remainder): boolean {
  const lineEnd = bytes.indexOf('\n', at, 'latin1');
  if (lineEnd >= 0 && lineEnd < content - 1) return false;
  for (let from = at; from < content;) {
    const into = (offset + from - at) % sectorBytes;
    const to = Math.min(content, from + sectorBytes - into);
    if (zeros.compare(bytes, from, to, 0, to - from) === 0) return true;
    from = to;
  }
  return false;
}
