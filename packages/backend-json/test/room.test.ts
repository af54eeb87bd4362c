import { copyFileSync, readFileSync, readdirSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemClock } from '@orch/core/author';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { contentEnd, roomAt } from '../src/room.ts';
import { failingFiles } from './failing-files.ts';
import { commit, event, opened, runWithRoom, summary, taking, versions } from './stage.ts';

test('a run that is driven has room, is not called unfinished, and has none once it is let go', async () => {
  const { path, backend, fence, file } = await runWithRoom();
  const content = contentEnd(readFileSync(file));
  expect(statSync(file).size).toBe(content + roomAt(content).length);
  expect(statSync(file).size % 4096).toBe(0);
  const other = await opened(path);
  expect(await other.check?.()).toEqual([]);
  expect(await versions(other)).toEqual([1, 2, 3]);
  await backend.release('r1', fence);
  expect(contentEnd(readFileSync(file))).toBe(statSync(file).size);
  expect(await versions(other)).toEqual([1, 2, 3]);
});

test('the records fill the room, and get more of it', async () => {
  const { backend, fence, file } = await runWithRoom();
  const sizes = new Set<number>();
  for (let after = 3; after < 60; after++) {
    await backend.append('r1', commit(fence, after));
    sizes.add(statSync(file).size);
  }
  expect(sizes.size).toBeLessThan(6);
  expect(await versions(backend)).toHaveLength(60);
});

describe('records that are not flushed', () => {
  test('are written without room, and so is all that follows in the segment', async () => {
    const { backend, fence, file } = await runWithRoom();
    for (const after of [3, 4]) await backend.append('r1', commit(fence, after, { flush: false }));
    for (const after of [5, 6, 7]) await backend.append('r1', commit(fence, after));
    expect(contentEnd(readFileSync(file))).toBe(statSync(file).size);
    expect(await versions(backend)).toHaveLength(8);
  });

  test('find no room on the disk, either: that it is gone is flushed before they are written', async () => {
    const files = failingFiles();
    const { backend, fence } = await runWithRoom(files);
    files.calls.length = 0;
    await backend.append('r1', commit(fence, 3, { flush: false }));
    expect(files.calls.slice(0, 4).filter((call) => call !== 'statSync')).toEqual([
      'ftruncateSync',
      'fdatasyncSync',
      'writeSync',
    ]);
  });

  test('are refused where the room can not be taken away', async () => {
    const files = failingFiles();
    const { backend, fence, path } = await runWithRoom(files);
    files.fail = (call) => (call === 'ftruncateSync' ? 'EIO' : undefined);
    const appended = backend.append('r1', commit(fence, 3, { flush: false }));
    await expect(appended).rejects.toMatchObject({ code: 'ORCH_BACKEND_UNAVAILABLE' });
    files.fail = () => undefined;
    expect(await versions(await opened(path))).toEqual([1, 2, 3]);
  });
});

test('the last record of a run makes no room', async () => {
  const { backend, fence, file } = await runWithRoom();
  const events = [event(4, 'x'.repeat(9000))];
  await backend.append('r1', commit(fence, 3, { events, summary: summary('r1', 4, 'completed') }));
  expect(contentEnd(readFileSync(file))).toBe(statSync(file).size);
});

test('a disk that has no room left takes the record all the same', async () => {
  const files = failingFiles();
  const { backend, fence, file } = await runWithRoom(files);
  let writes = 0;
  files.fail = (call) => (call === 'writeSync' && writes++ % 2 === 1 ? 'ENOSPC' : undefined);
  // Longer than the room that is there: a record, then room.
  const events = [event(4, 'x'.repeat(9000))];
  expect(await backend.append('r1', commit(fence, 3, { events }))).toEqual({ status: 'ok' });
  expect(writes).toBe(2);
  expect(contentEnd(readFileSync(file))).toBe(statSync(file).size);
  files.fail = (call) => (call === 'ftruncateSync' ? 'EIO' : undefined);
  await backend.append('r1', commit(fence, 4));
  await backend.release('r1', fence);
  expect(files.calls).toContain('ftruncateSync');
  expect(await versions(backend)).toEqual([1, 2, 3, 4, 5]);
});

test('a take-up refuses records that run.json names and that became zero, and makes nothing', async () => {
  const { path, backend, fence, file } = await runWithRoom();
  await backend.release('r1', fence);
  const { size } = statSync(file);
  writeFileSync(file, readFileSync(file).fill(0, size - 150));
  const names = readdirSync(dirname(file));
  const taken = (await opened(path)).acquire('r1', taking('second'));
  await expect(taken).rejects.toMatchObject({ code: 'ORCH_JOURNAL_TRUNCATED', file });
  expect(readdirSync(dirname(file))).toEqual(names);
});

test('two objects with one token, by two names of the folder, do not write over each other', async () => {
  const { path, backend, fence } = await runWithRoom();
  const twin = `${path}-twin`;
  symlinkSync(path, twin);
  const other = await opened(twin);
  expect(await other.append('r1', commit(fence, 3))).toEqual({ status: 'ok' });
  expect(await backend.append('r1', commit(fence, 3))).toEqual({ status: 'ok' });
  expect(await backend.append('r1', commit(fence, 4))).toEqual({ status: 'ok' });
  expect(await versions(other)).toEqual([1, 2, 3, 4, 5]);
});

describe('a journal that another file was put in the place of', () => {
  const replaced = {
    code: 'ORCH_BACKEND_UNAVAILABLE',
    message: expect.stringContaining('removed, moved or replaced'),
  };

  async function replacedRun() {
    const monotonic = vi.spyOn(systemClock, 'monotonic').mockReturnValue(1000);
    onTestFinished(() => monotonic.mockRestore());
    const run = await runWithRoom();
    copyFileSync(run.file, `${run.file}.copy`);
    renameSync(`${run.file}.copy`, run.file);
    return { ...run, monotonic };
  }

  test('is noticed before the first record 20 ms later', async () => {
    const { backend, fence, monotonic } = await replacedRun();
    monotonic.mockReturnValue(1019);
    expect(await backend.append('r1', commit(fence, 3))).toEqual({ status: 'ok' });
    monotonic.mockReturnValue(1020);
    await expect(backend.append('r1', commit(fence, 4))).rejects.toMatchObject(replaced);
  });

  test('is not acknowledged to the end of its run', async () => {
    const { backend, fence } = await replacedRun();
    const last = commit(fence, 3, { summary: summary('r1', 4, 'completed') });
    await expect(backend.append('r1', last)).rejects.toMatchObject(replaced);
  });
});
