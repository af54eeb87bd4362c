import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOrchError } from '@orch/core/author';
import { describe, expect, test } from 'vitest';
import { nodeFiles } from '../src/files.ts';
import { chainStart, encodeRecord, headerBytes, kinds, walk } from '../src/record.ts';
import type { Place, Walked } from '../src/record.ts';
import { contentEnd } from '../src/room.ts';
import { commit, event, folder, held, opened, runWithRoom, taking, versions } from './stage.ts';

const sector = 512;

/** How many records are found whole, or the code of what was refused. */
function found(bytes: Buffer, from: Place): { readonly whole: number; readonly end?: Walked; readonly code?: string } {
  let whole = 0;
  try {
    const end = walk({ file: 'journal-1', from, bytes }, () => whole++);
    return { whole, end };
  } catch (error) {
    if (!isOrchError(error)) throw error;
    return { whole, code: error.code };
  }
}

/** A record that begins at an offset, with the room behind it, and what a file had there before. */
function recordIn(
  offset: number,
  letters: number,
): { readonly from: Place; readonly bytes: Buffer; readonly end: number } {
  const from = { ...chainStart('r1', 1), offset };
  const record = encodeRecord(kinds.commit, JSON.stringify({ a: 'x'.repeat(letters) }), from);
  const bytes = Buffer.concat([record.bytes, Buffer.alloc(2 * sector)]);
  return { from, bytes, end: record.bytes.length };
}

/** Everything that a disk can have of a record, written whole sectors at a time: each set of them. */
function* partsOf({ from, bytes, end }: ReturnType<typeof recordIn>): Generator<Buffer> {
  const edges = [0];
  for (let at = sector - (from.offset % sector); at < end; at += sector) edges.push(at);
  edges.push(end);
  const sectors = edges.length - 1;
  for (let mask = 0; mask < 2 ** sectors - 1; mask++) {
    const part = Buffer.from(bytes);
    for (let index = 0; index < sectors; index++)
      if ((mask & (1 << index)) === 0) part.fill(0, edges[index], edges[index + 1]);
    yield part;
  }
}

describe('a record put together in bytes that were used before', () => {
  test.each([
    ['short', 'x'.repeat(20)],
    ['as long as there may be room for', 'x'.repeat(170)],
    ['longer', 'x'.repeat(2_000)],
    ['of three bytes a character', '€'.repeat(165)],
    ['of four bytes a character', '🦀'.repeat(80)],
  ])('is the same as in its own: %s', (_name, letters) => {
    const scratch = Buffer.alloc(sector, 'y');
    for (let offset = 0; offset < sector; offset++) {
      const from = { ...chainStart('r1', 1), offset };
      const line = JSON.stringify({ a: letters });
      const own = encodeRecord(kinds.commit, line, from);
      const { bytes, crc } = encodeRecord(kinds.commit, line, from, scratch);
      expect([bytes.toString(), crc]).toEqual([own.bytes.toString(), own.crc]);
      expect(found(bytes, from)).toMatchObject({ whole: 1, end: { torn: false } });
      expect(bytes.toString('latin1', 3, 11)).toBe((bytes.length - headerBytes).toString(16).padStart(8, '0'));
    }
  });
});

describe('a machine that stops while a record is on its way to the disk', () => {
  test('never leaves damage, wherever the record begins and ends, and whichever sectors arrived', () => {
    let parts = 0;
    for (let offset = 4096; offset < 4096 + sector; offset += 1) {
      // No record begins there: the one before it has a space more.
      if (offset % sector === 1 || offset % sector === sector - 1) continue;
      for (const letters of [60, 400, 470, 471, 472, 473, 900]) {
        const record = recordIn(offset, letters);
        for (const part of partsOf(record)) {
          const { whole, code } = found(part, record.from);
          expect([offset, letters, whole, code]).toEqual([offset, letters, 0, undefined]);
          parts++;
        }
        expect(found(record.bytes, record.from)).toMatchObject({ whole: 1, end: { torn: false } });
      }
    }
    expect(parts).toBeGreaterThan(10_000);
  });

  test('loses nothing that was acknowledged, and the run is taken up after it', async () => {
    const { path, backend, fence, file } = await runWithRoom();
    const before = readFileSync(file);
    expect(await backend.append('r1', commit(fence, 3, { events: [event(4, 'x'.repeat(1500))] }))).toEqual({
      status: 'ok',
    });
    const after = readFileSync(file);
    await backend.close();
    const begin = contentEnd(before);
    const from = Math.floor(begin / sector);
    const sectors = Math.ceil(contentEnd(after) / sector) - from;
    expect(sectors).toBeGreaterThan(3);
    for (let mask = 0; mask < 2 ** sectors; mask++) {
      const left = Buffer.concat([before, after.subarray(before.length).fill(0)]);
      for (let index = 0; index < sectors; index++) {
        const [start, end] = [(from + index) * sector, (from + index + 1) * sector];
        if (mask & (1 << index)) readFileSync(file).copy(left, start, start, end);
      }
      const copy = folder();
      nodeFiles.mkdirSync(join(copy, 'runs/r1/inbox'), { recursive: true });
      copyFileSync(join(path, 'runs/r1/run.json'), join(copy, 'runs/r1/run.json'));
      writeFileSync(join(copy, 'runs/r1/journal-1'), left);
      const next = await opened(copy);
      const known = await versions(next);
      expect(known).toEqual(mask === 2 ** sectors - 1 ? [1, 2, 3, 4] : [1, 2, 3]);
      const taken = await held(next, 'r1', taking('second', 1));
      expect(await next.append('r1', commit(taken, known.length))).toEqual({ status: 'ok' });
      expect(await versions(next)).toEqual([...known, known.length + 1]);
      await next.close();
    }
  });
});

describe('damage in a journal with room', () => {
  test('one byte changed in the last record is refused, whatever it becomes', () => {
    let changed = 0;
    for (let offset = 4096; offset < 4096 + sector; offset += 3) {
      const record = recordIn(offset, 120);
      const places = [0, 1, 2, 29, headerBytes, record.end - 2, record.end - 1, ...edgesWithin(record)];
      for (const at of places)
        for (const value of [0, 10, 255]) {
          if (record.bytes[at] === value) continue;
          const { whole, code } = found(Buffer.from(record.bytes.with(at, value)), record.from);
          expect([offset, at, value, whole, code]).toEqual([offset, at, value, 0, 'ORCH_JOURNAL_DAMAGED']);
          changed++;
        }
    }
    expect(changed).toBeGreaterThan(3000);
  });

  /** The bytes beside the edges of sectors. */
  function edgesWithin({ from, end }: ReturnType<typeof recordIn>): readonly number[] {
    const edge = sector - (from.offset % sector);
    return [edge - 1, edge].filter((at) => at > 0 && at < end);
  }

  test('a byte changed is refused to a reader, too, and so is the end of the last line', async () => {
    const { path, file } = await runWithRoom();
    const bytes = readFileSync(file);
    for (const at of [contentEnd(bytes) - 1, contentEnd(bytes) - 40]) {
      writeFileSync(file, Buffer.from(bytes.with(at, 0)));
      await expect(versions(await opened(path))).rejects.toMatchObject({ code: 'ORCH_JOURNAL_DAMAGED', file });
    }
  });

  test('a file that was cut by one byte is like every other that was cut', () => {
    const { from, bytes, end } = recordIn(4096, 120);
    for (const length of [end - 1, end - 2, end - 100, 1])
      expect(found(bytes.subarray(0, length), from)).toMatchObject({ whole: 0, end: { torn: true } });
  });

  test('a sector that is missing before another record is refused: that one was acknowledged', () => {
    const first = recordIn(4096, 1500);
    const { offset, crc } = found(first.bytes, first.from).end!;
    const second = encodeRecord(kinds.commit, JSON.stringify('y'.repeat(900)), { offset, crc });
    const bytes = Buffer.concat([first.bytes.subarray(0, first.end), second.bytes, Buffer.alloc(sector)]);
    expect(found(bytes, first.from)).toMatchObject({ whole: 2 });
    expect(found(Buffer.from(bytes).fill(0, sector, 2 * sector), first.from)).toMatchObject({
      whole: 0,
      code: 'ORCH_JOURNAL_DAMAGED',
    });
    expect(found(Buffer.from(bytes).fill(0, 0, sector), first.from)).toMatchObject({ code: 'ORCH_JOURNAL_DAMAGED' });
    // The end of the first and the start of the second.
    const edge = Math.floor(first.end / sector) * sector;
    expect(found(Buffer.from(bytes).fill(0, edge, edge + sector), first.from)).toMatchObject({
      whole: 0,
      code: 'ORCH_JOURNAL_DAMAGED',
    });
  });
});
