import fs, { existsSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { backupSqlite } from '../src/index.ts';
import { edit, newFile, opened, refusal, visitor } from './stage.ts';

test('a backup has all that was committed, while somebody drives a run', async () => {
  const file = newFile();
  const subject = await opened(file);
  await subject.make('one');
  const target = join(dirname(file), 'copy.db');
  await backupSqlite(file, target);
  await subject.make('two');
  const copy = await opened(target);
  expect(await copy.versions('one')).toEqual([1, 2]);
  expect((await copy.backend.list({})).runs).toHaveLength(1);
  expect(await copy.check()).toEqual([]);
  expect(statSync(target).mode & 0o777).toBe(0o600);
  expect(draftsOf(target)).toEqual([]);
});

/** A file of three portions, with a table of one row. */
async function largeFile(): Promise<string> {
  const file = newFile();
  await (await opened(file)).make('one');
  edit(file, 'CREATE TABLE ballast AS SELECT zeroblob(9 * 1024 * 1024) AS bytes');
  return file;
}

/** A signal by which a test does something between two portions. */
function between(act: (time: number) => void): AbortSignal {
  const { signal } = new AbortController();
  let time = 0;
  return Object.assign(signal, { throwIfAborted: () => act(++time) });
}

test('a backup is of one moment, whatever is committed between its portions', async () => {
  const file = await largeFile();
  const target = `${file}.copy`;
  let portions = 0;
  const signal = between((time) => {
    portions = time;
    edit(file, 'INSERT INTO ballast VALUES (1)');
  });
  await backupSqlite(file, target, { signal });
  expect(portions).toBeGreaterThanOrEqual(3);
  expect(visitor(target).prepare('SELECT 1 FROM ballast').all()).toHaveLength(1);
  expect(await (await opened(target)).check()).toEqual([]);
});

test('each portion is flushed, so that the last step is no longer than the others', async () => {
  const file = await largeFile();
  const flush = vi.spyOn(fs, 'fdatasyncSync');
  syncBuiltinESMExports();
  onTestFinished(() => {
    flush.mockRestore();
    syncBuiltinESMExports();
  });
  await backupSqlite(file, `${file}.copy`);
  expect(flush.mock.calls.length).toBeGreaterThanOrEqual(3);
});

test.each([
  ['before the first portion', 1],
  ['between two', 2],
  ['with the last', 4],
])('a backup that is stopped %s rejects with the reason and leaves nothing', async (_when, at) => {
  const file = await largeFile();
  const target = `${file}.copy`;
  const reason = new Error('stopped');
  const drafts: (readonly string[])[] = [];
  const signal = between((time) => {
    drafts.push(draftsOf(target));
    if (time === at) throw reason;
  });
  await expect(backupSqlite(file, target, { signal })).rejects.toBe(reason);
  expect(drafts).toHaveLength(at);
  expect(drafts[0]).not.toEqual([]);
  expect(existsSync(target)).toBe(false);
  expect(draftsOf(target)).toEqual([]);
  await backupSqlite(file, target);
  expect(existsSync(target)).toBe(true);
});

test('a backup says when it begins to write, after it has looked at the file', async () => {
  const file = await largeFile();
  const target = `${file}.copy`;
  const drafts: (readonly string[])[] = [];
  const onWriting = (): void => void drafts.push(draftsOf(target));
  await backupSqlite(file, target, { onWriting });
  truncateSync(file, 8_192);
  expect((await refusal(backupSqlite(file, `${target}-2`, { onWriting }))).code).toBe('ORCH_JOURNAL_DAMAGED');
  expect(drafts).toEqual([[]]);
});

test('of two at once into one place one is made, and the other is told so', async () => {
  const file = newFile();
  const subject = await opened(file);
  await subject.make('one');
  const target = join(dirname(file), 'copy.db');
  const [one, two] = await Promise.allSettled([backupSqlite(file, target), backupSqlite(file, target)]);
  const refused = [one, two].flatMap((end) => (end.status === 'rejected' ? [end.reason as Error] : []));
  expect(refused).toHaveLength(1);
  expect(refused[0]?.message).toContain('copy.db is there already');
  expect(await (await opened(target)).versions('one')).toEqual([1, 2]);
  expect(draftsOf(target)).toEqual([]);
});

test('what is missing, there already or damaged is refused, and nothing is left', async () => {
  const file = newFile();
  const target = `${file}.copy`;
  expect((await refusal(backupSqlite(file, target))).code).toBe('ORCH_BACKEND_UNAVAILABLE');
  const subject = await opened(file);
  await subject.make('one');
  await subject.backend.close();
  writeFileSync(target, 'mine');
  expect((await refusal(backupSqlite(file, target))).message).toContain('is there already');
  const away = await refusal(backupSqlite(file, '/no/such/folder/copy.db'));
  expect([away.code, away.message]).toEqual(['ORCH_BACKEND_UNAVAILABLE', expect.stringContaining('/no/such/folder')]);
  truncateSync(file, 8_192);
  expect((await refusal(backupSqlite(file, `${target}-2`))).code).toBe('ORCH_JOURNAL_DAMAGED');
  expect(existsSync(`${target}-2`)).toBe(false);
  expect([...draftsOf(target), ...draftsOf(`${target}-2`)]).toEqual([]);
});

function draftsOf(target: string): readonly string[] {
  return readdirSync(dirname(target)).filter((name) => name.startsWith(`${basename(target)}.new`));
}
