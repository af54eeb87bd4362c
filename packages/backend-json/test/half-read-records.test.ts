import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodeFiles } from '../src/files.ts';
import type { Files } from '../src/files.ts';
import { chainStart, kinds, walk } from '../src/record.ts';
import { scanSegment } from '../src/scan-segment.ts';
import type { Segment } from '../src/segment.ts';
import { ownerBytes } from '../src/taking.ts';
import { commit, opened, runWithRoom, taking, versions } from './stage.ts';

describe('a record that is read while it is written, its end before its start', () => {
  /** Files where the records at these offsets have no header yet, each at one look of a kilobyte or more. */
  async function lookedAt(offsetsOf: (starts: readonly number[]) => readonly (number | undefined)[], least = 0) {
    const { path, backend, fence, file } = await runWithRoom();
    for (const after of [3, 4]) await backend.append('r1', commit(fence, after));
    const bytes = readFileSync(file);
    const starts: number[] = [];
    walk({ file, from: chainStart('r1', 1), bytes }, ({ start }) => starts.push(start));
    const spoiled = [...offsetsOf(starts)];
    let looks = 0;
    const files: Files = {
      ...nodeFiles,
      readSync: ((fd: number, buffer: Buffer, at: number, length: number, from: number) => {
        const count = nodeFiles.readSync(fd, buffer, at, length, from);
        if (count < least) return count;
        looks++;
        const offset = spoiled.shift();
        if (offset !== undefined) buffer.fill(0, offset - from, offset - from + 5);
        return count;
      }) as Files['readSync'],
    };
    const look = (): Segment | undefined => scanSegment({ files, run: 'r1', path: dirname(file) }, 1);
    return { look, looks: () => looks, files, path };
  }

  test('is looked at again', async () => {
    const { look, looks } = await lookedAt((starts) => starts.slice(-1));
    expect(look()).toMatchObject({ torn: false, state: { version: 5 } });
    expect(looks()).toBe(2);
  });

  test('and once more, where the next one is written by then', async () => {
    const { look, looks } = await lookedAt((starts) => starts.slice(-2));
    expect(look()).toMatchObject({ torn: false, state: { version: 5 } });
    expect(looks()).toBe(3);
  });

  test('is no reason to refuse a message, or to list the run as it was', async () => {
    const { files, path } = await lookedAt((starts) => starts.slice(-1), 4096);
    const backend = await opened(path, files);
    expect(await backend.post('r1', { id: 'm', body: {} })).toBe('posted');
    const again = await lookedAt((starts) => starts.slice(-1), 4096);
    const { runs } = await (await opened(again.path, again.files)).list({});
    expect(runs).toMatchObject([{ version: 5 }]);
  });

  test.each([0, 1, 2])('is none either while the run is taken, without run.json (look %i)', async (before) => {
    const skipped = Array.from({ length: before }, () => undefined);
    const { files, path } = await lookedAt((starts) => [...skipped, starts.at(-1)], 4096);
    const place = join(path, 'runs/r1');
    rmSync(join(place, 'run.json'));
    const owner = ownerBytes({ run: 'r1', epoch: 2, taking: taking('second'), kind: kinds.owner });
    writeFileSync(join(place, 'journal-2'), owner.bytes);
    expect(await versions(await opened(path, files))).toEqual([1]);
  });

  test('is damage where it is the same at the next look', async () => {
    const { look, looks } = await lookedAt((starts) => [starts.at(-1)!, starts.at(-1)!]);
    expect(look).toThrow(/is damaged at byte/);
    expect(looks()).toBe(2);
  });
});
