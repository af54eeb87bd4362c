import { appendFileSync, readFileSync, readdirSync, statSync, symlinkSync, truncateSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@orch/core/author';
import { expect, onTestFinished, test, vi } from 'vitest';
import { nodeFiles } from '../src/files.ts';
import { commit, created, event, folder, held, opened, summary, taking, versions } from './stage.ts';

test('an append compares, and one sent again is not written twice', async () => {
  const path = folder();
  const backend = await opened(path);
  const fence = await created(backend);
  expect(await backend.append('r1', commit(fence, 1))).toEqual({ status: 'ok' });
  expect(await backend.append('r1', commit(fence, 2))).toEqual({ status: 'ok' });
  const { size } = statSync(join(path, 'runs/r1/journal-1'));
  for (const after of [1, 2]) expect(await backend.append('r1', commit(fence, after))).toEqual({ status: 'ok' });
  expect(await backend.append('r1', commit(fence, 7))).toEqual({ status: 'conflict', version: 3 });
  expect(statSync(join(path, 'runs/r1/journal-1')).size).toBe(size);
  expect(await versions(backend)).toEqual([1, 2, 3]);
  expect(await versions(backend, 'r1', 2)).toEqual([3]);
});

test('another object takes over, and the first learns it at its next append', async () => {
  const path = folder();
  const [one, other] = [await opened(path), await opened(path)];
  const first = await created(one);
  await one.append('r1', commit(first, 1, { flush: false }));
  const second = await held(other, 'r1', taking('second', 1));
  expect(await one.append('r1', commit(first, 2))).toEqual({ status: 'lost-lease', epoch: 2 });
  expect(await other.append('r1', commit(second, 2))).toEqual({ status: 'ok' });
  expect(await one.append('r1', commit(first, 1))).toEqual({ status: 'ok' });
  for (const backend of [one, other]) expect(await versions(backend)).toEqual([1, 2, 3]);
});

test('two objects with one token do not write over each other', async () => {
  const path = folder();
  const [one, other] = [await opened(path), await opened(path)];
  const fence = await created(one);
  expect(await held(other, 'r1', taking('first'))).toEqual(fence);
  expect(await other.append('r1', commit(fence, 1))).toEqual({ status: 'ok' });
  expect(await one.append('r1', commit(fence, 1))).toEqual({ status: 'ok' });
  expect(await one.append('r1', commit(fence, 2))).toEqual({ status: 'ok' });
  expect(await versions(other)).toEqual([1, 2, 3]);
});

test.each([
  ['cut', (file: string) => truncateSync(file, statSync(file).size - 10)],
  ['written to', (file: string) => appendFileSync(file, 'something else')],
])('a journal that something else has %s is not written over, and nothing in it acknowledged', async (_what, spoil) => {
  const monotonic = vi.spyOn(systemClock, 'monotonic').mockReturnValue(1000);
  onTestFinished(() => monotonic.mockRestore());
  const path = folder();
  const backend = await opened(path);
  const fence = await created(backend);
  await backend.append('r1', commit(fence, 1));
  const file = join(path, 'runs/r1/journal-1');
  spoil(file);
  monotonic.mockReturnValue(1020);
  const left = readFileSync(file);
  await expect(backend.append('r1', commit(fence, 2))).rejects.toMatchObject({ code: 'ORCH_JOURNAL_DAMAGED' });
  await expect(backend.append('r1', commit(fence, 2))).rejects.toMatchObject({ code: 'ORCH_JOURNAL_DAMAGED' });
  expect(readFileSync(file).subarray(0, left.length)).toEqual(left);
});

test('a run that its own taking can not flush is not left open', async () => {
  const path = folder();
  const backend = await opened(path);
  const fence = await created(backend);
  await backend.close();
  const open = new Set<number>();
  const failing: typeof nodeFiles = {
    ...nodeFiles,
    openSync: (...given) => {
      const fd = nodeFiles.openSync(...given);
      open.add(fd);
      return fd;
    },
    closeSync: (fd) => {
      open.delete(fd);
      nodeFiles.closeSync(fd);
    },
    fdatasyncSync: () => {
      throw Object.assign(new Error('cut off'), { code: 'EIO', syscall: 'fdatasync' });
    },
  };
  const again = await opened(path, failing);
  await expect(held(again, 'r1', taking('first'))).rejects.toThrow('cut off');
  expect([...open]).toEqual([]);
  expect(await held(await opened(path), 'r1', taking('first'))).toEqual(fence);
});

test('a lease expires by the time of its file, and a renewal moves it', async () => {
  const path = folder();
  const backend = await opened(path);
  const fence = await created(backend);
  const file = join(path, 'runs/r1/journal-1');
  const ago = Date.now() / 1000 - 31;
  utimesSync(file, ago, ago);
  expect(await backend.acquire('r1', taking('second'))).toMatchObject({ status: 'taken', expired: true });
  await backend.renew('r1', fence, 60_000);
  expect(await backend.holder('r1')).toMatchObject({ expired: false });
  expect(statSync(file).mtimeMs).toBeGreaterThan(Date.now() + 20_000);
  await backend.append('r1', commit(fence, 1));
  expect(statSync(file).mtimeMs).toBeLessThan(Date.now() + 20_000);
});

test('a fence that the run never had is refused', async () => {
  const backend = await opened(folder());
  await created(backend);
  for (const fence of [
    { epoch: 1, token: 'other' },
    { epoch: 9, token: 'first' },
  ]) {
    await expect(backend.append('r1', commit(fence, 1))).rejects.toMatchObject({ code: 'ORCH_BACKEND_FENCE' });
    await expect(backend.delete('r1', fence)).rejects.toMatchObject({ code: 'ORCH_BACKEND_FENCE' });
    expect(await backend.renew('r1', fence, 1)).toBe(false);
    await backend.release('r1', fence);
  }
  expect(await backend.holder('r1')).toMatchObject({ epoch: 1 });
});

test('epochs outlive a removed run, and its holder never fits again', async () => {
  const path = folder();
  const [one, other] = [await opened(path), await opened(path)];
  const old = await created(one);
  const second = await held(other, 'r1', taking('second', 1));
  await other.delete('r1', second);
  await expect(versions(one)).rejects.toMatchObject({ code: 'ORCH_RUN_UNKNOWN' });
  expect(await one.list({})).toEqual({ runs: [] });
  expect(await one.holder('r1')).toBeUndefined();
  expect(await one.post('r1', { id: 'm', body: null })).toBe('unknown-run');
  expect(await one.append('r1', commit(old, 1))).toEqual({ status: 'lost-lease', epoch: 3 });
  const made = await other.create('r1', { ...taking('new'), events: [event(1)], summary: summary('r1', 1) });
  expect(made).toMatchObject({ status: 'created', fence: { epoch: 4 } });
  await expect(one.append('r1', commit(old, 1))).rejects.toMatchObject({ code: 'ORCH_BACKEND_FENCE' });
  expect(readdirSync(join(path, 'runs')).toSorted()).toEqual(['.epochs', 'r1']);
  expect(await versions(one)).toEqual([1]);
});

test('files are for this user only, and the folder keeps itself out of version control', async () => {
  const path = folder();
  const backend = await opened(path);
  expect(readdirSync(join(path, '..'))).toEqual([]);
  expect(await backend.list({})).toEqual({ runs: [] });
  await created(backend);
  await backend.post('r1', { id: 'm', body: null });
  const mode = (name: string): number => statSync(join(path, name)).mode & 0o777;
  expect(readdirSync(path).toSorted()).toEqual(['.gitignore', 'runs']);
  for (const name of ['', 'runs', 'runs/r1', 'runs/r1/inbox']) expect(mode(name)).toBe(0o700);
  for (const name of readdirSync(join(path, 'runs/r1/inbox'))) expect(mode(`runs/r1/inbox/${name}`)).toBe(0o600);
  for (const name of ['.gitignore', 'runs/r1/journal-1', 'runs/r1/run.json']) expect(mode(name)).toBe(0o600);
});

test('run ids cannot leave the folder, and one that differs in case only is another run', async () => {
  const path = folder();
  const backend = await opened(path);
  await created(backend, 'Run');
  for (const run of ['../x', '.epochs', 'a/b', ''])
    await expect(backend.acquire(run, taking('t'))).rejects.toMatchObject({ code: 'ORCH_RUN_ID_INVALID' });
  // As on a file system that does not tell them apart.
  symlinkSync('Run', join(path, 'runs/run'));
  await expect(backend.acquire('run', taking('t'))).rejects.toMatchObject({ code: 'ORCH_RUN_UNKNOWN' });
  const twin = { ...taking('t'), events: [event(1)], summary: summary('run', 1) };
  expect(await backend.create('run', twin)).toEqual({ status: 'exists' });
});
