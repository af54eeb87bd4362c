import { readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOrchError, systemClock } from '@orch/core/author';
import type { Backend, Fence } from '@orch/core/author';
import { expect, onTestFinished, test, vi } from 'vitest';
import { failingFiles, isFlush } from './failing-files.ts';
import type { Call, FailingFiles } from './failing-files.ts';
import { commit, created, folder, held, opened, taking, versions } from './stage.ts';

test('short writes are finished', async () => {
  const files = failingFiles();
  const backend = await opened(folder(), files);
  const fence = await created(backend);
  files.fail = (call) => (call === 'writeSync' ? 'short' : undefined);
  expect(await backend.append('r1', commit(fence, 1))).toEqual({ status: 'ok' });
  expect(files.calls.filter((call) => call === 'writeSync').length).toBeGreaterThan(5);
  expect(await versions(backend)).toEqual([1, 2]);
});

test.each<[string, Call]>([
  ['a full disk', 'writeSync'],
  ['a failed flush', 'fdatasyncSync'],
])('after %s nothing more is written into the segment', async (_, failing) => {
  const path = folder();
  const files = failingFiles();
  const backend = await opened(path, files);
  const fence = await created(backend);
  let writes = 0;
  files.fail = (call) =>
    call === failing && (failing !== 'writeSync' || writes++ > 0)
      ? 'ENOSPC'
      : call === 'writeSync'
        ? 'short'
        : undefined;
  await expect(backend.append('r1', commit(fence, 1))).rejects.toMatchObject({
    code: 'ORCH_BACKEND_UNAVAILABLE',
    hint: expect.stringContaining('disk space'),
  });
  files.fail = () => undefined;
  const bytes = readFileSync(join(path, 'runs/r1/journal-1'));
  // Core sends a commit again: what it hears then must still say why, and what to do.
  await expect(backend.append('r1', commit(fence, 1))).rejects.toMatchObject({
    code: 'ORCH_BACKEND_UNAVAILABLE',
    message: expect.stringContaining('ENOSPC'),
    hint: expect.stringContaining('disk space'),
  });
  const again = await held(backend, 'r1', taking('first'));
  expect(again.epoch).toBe(2);
  const known = (await versions(backend)).length;
  expect(await backend.append('r1', commit(again, known))).toEqual({ status: 'ok' });
  expect(readFileSync(join(path, 'runs/r1/journal-1'))).toEqual(bytes);
});

test('a failed holder lets go all the same', async () => {
  const files = failingFiles();
  const path = folder();
  const backend = await opened(path, files);
  const fence = await created(backend);
  files.fail = (call) => (call === 'writeSync' ? 'ENOSPC' : undefined);
  await expect(backend.append('r1', commit(fence, 1))).rejects.toThrow(/ENOSPC/);
  await backend.release('r1', fence);
  expect(await backend.holder('r1')).toBeUndefined();
  files.fail = () => undefined;
  const next = await held(backend, 'r1', taking('second'));
  expect(await backend.append('r1', commit(next, 1))).toEqual({ status: 'ok' });
  files.fail = (call) => (isFlush(call) ? 'EIO' : undefined);
  await expect(backend.append('r1', commit(next, 2))).rejects.toThrow(/EIO/);
  files.fail = () => undefined;
  await backend.release('r1', next);
  expect(await (await opened(path)).holder('r1')).toBeUndefined();
});

test('run.json that cannot be written fails no append, and leaves nothing behind', async () => {
  const path = folder();
  const files = failingFiles();
  const backend = await opened(path, files);
  await created(backend);
  // The first commit of a taking is noted at once.
  const fence = await held(backend, 'r1', taking('second', 1));
  files.calls.length = 0;
  files.fail = (call) => (call === 'renameSync' ? 'EACCES' : undefined);
  expect(await backend.append('r1', commit(fence, 1))).toEqual({ status: 'ok' });
  expect(files.calls).toContain('renameSync');
  files.fail = () => undefined;
  expect((await backend.list({})).runs[0]).toMatchObject({ version: 2 });
  expect(readdirSync(join(path, 'runs/r1')).toSorted()).toEqual(['inbox', 'journal-1', 'journal-2', 'run.json']);
});

/** A life of a run: create, append, take over, append, let go. Tells what was acknowledged. */
async function life(backend: Backend, acknowledged: number[]): Promise<void> {
  let fence: Fence = await created(backend);
  acknowledged.push(1);
  await backend.append('r1', commit(fence, 1));
  acknowledged.push(2);
  fence = await held(backend, 'r1', taking('second', 1));
  await backend.append('r1', commit(fence, 2));
  acknowledged.push(3);
  await backend.release('r1', fence);
}

/** A call fails alone; or the disk is full from there on, after a write that took a half. */
function failAt(files: FailingFiles, at: number, fault: string): void {
  files.fail = (call, count) => {
    if (call === 'closeSync') return undefined;
    if (fault !== 'full') return count === at ? fault : undefined;
    if (call !== 'writeSync' || count < at) return undefined;
    return count === at ? 'short' : 'ENOSPC';
  };
}

test.each([
  ['EIO', 40],
  ['ENOSPC', 40],
  ['EMFILE', 40],
  ['EROFS', 40],
  ['full', 10],
])('whichever call fails (%s), nothing acknowledged is lost and the run can be taken again', async (fault, least) => {
  let clean = false;
  let failed = 0;
  for (let at = 1; !clean; at++) {
    const path = folder();
    const files = failingFiles();
    failAt(files, at, fault);
    const acknowledged: number[] = [];
    const backend = await opened(path, files);
    try {
      await life(backend, acknowledged);
    } catch (error) {
      if (!isOrchError(error, 'ORCH_BACKEND_UNAVAILABLE')) throw error;
      expect(error.message).toContain(fault === 'full' ? 'ENOSPC' : fault);
      expect(error.hint).toMatch(/[.]$/);
      failed++;
    }
    clean = files.calls.length < at;
    files.fail = () => undefined;
    await backend.close();
    const after = await opened(path);
    const fresh =
      acknowledged.length === 0
        ? await after.create('r1', {
            ...taking('first'),
            events: [],
            summary: commit({ epoch: 1, token: '' }, 0).summary,
          })
        : undefined;
    const epoch = (await after.holder('r1'))?.epoch;
    const fence = await held(after, 'r1', { ...taking('third'), ...(epoch === undefined ? {} : { overEpoch: epoch }) });
    const found = await versions(after);
    expect([at, found.slice(0, acknowledged.length)]).toEqual([at, acknowledged]);
    expect(fresh?.status).not.toBe(acknowledged.length === 0 ? undefined : 'created');
    expect(await after.append('r1', commit(fence, found.length))).toEqual({ status: 'ok' });
    await after.close();
  }
  expect(failed).toBeGreaterThan(least);
});

test('a state folder that can not be made is refused, also where its parent is there', async () => {
  // As in /proc, where the recursion of Node's own mkdir never ends.
  const files = failingFiles();
  files.fail = (call) => (call === 'mkdirSync' ? 'ENOENT' : undefined);
  const backend = await opened(join(folder(), 'state'), files);
  await expect(created(backend)).rejects.toMatchObject({ code: 'ORCH_BACKEND_UNAVAILABLE' });
});

test('a state folder that is a file is refused, not taken for an empty one', async () => {
  const path = folder();
  writeFileSync(path, '');
  const backend = await opened(path);
  await expect(backend.list({})).rejects.toMatchObject({ code: 'ORCH_BACKEND_UNAVAILABLE' });
  await expect(versions(backend)).rejects.toMatchObject({ code: 'ORCH_BACKEND_UNAVAILABLE' });
});

test('a journal that is gone, though nobody took the run, is said to be gone', async () => {
  const path = folder();
  const backend = await opened(path);
  const fence = await created(backend);
  renameSync(path, `${path}-away`);
  const gone = { code: 'ORCH_BACKEND_UNAVAILABLE', message: expect.stringContaining('removed, moved or replaced') };
  await expect(backend.append('r1', commit(fence, 1))).rejects.toMatchObject(gone);
  await expect(backend.append('r1', commit(fence, 1))).rejects.toMatchObject(gone);
  renameSync(`${path}-away`, path);
  await expect(backend.append('r1', commit(fence, 1))).rejects.toMatchObject(gone);
  await backend.release('r1', fence);
  const next = await held(backend, 'r1', taking('second'));
  expect(await backend.append('r1', commit(next, (await versions(backend)).length))).toEqual({ status: 'ok' });
});

test('a commit that was refused is not written again behind itself, wherever the refusal came from', async () => {
  // The file was looked at just before, so that it is written to, and found to be gone afterwards.
  const monotonic = vi.spyOn(systemClock, 'monotonic').mockReturnValue(1000);
  onTestFinished(() => monotonic.mockRestore());
  const path = folder();
  const files = failingFiles();
  const backend = await opened(path, files);
  const fence = await created(backend);
  await backend.append('r1', commit(fence, 1));
  const place = join(path, 'runs/r1');
  renameSync(place, join(path, 'away'));
  files.fail = (call) => (call === 'readdirSync' ? 'EMFILE' : undefined);
  await expect(backend.append('r1', commit(fence, 2))).rejects.toMatchObject({ code: 'ORCH_BACKEND_UNAVAILABLE' });
  files.fail = () => undefined;
  renameSync(join(path, 'away'), place);
  await expect(backend.append('r1', commit(fence, 2))).rejects.toMatchObject({ code: 'ORCH_BACKEND_UNAVAILABLE' });
  expect(await versions(await opened(path))).toEqual([1, 2, 3]);
});
