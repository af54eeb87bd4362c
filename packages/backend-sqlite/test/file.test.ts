import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import Driver from 'better-sqlite3';
import { expect, test, vi } from 'vitest';
import { eventsOf } from '../../testkit/src/conformance/subject.ts';
import { checkPlace } from '../src/place.ts';
import { migrate } from '../src/schema.ts';
import { makeSqliteBackend } from '../src/sqlite-backend.ts';
import { edit, newFile, opened, refusal, visitor, witness } from './stage.ts';

const modeOf = (path: string): number => statSync(path).mode & 0o777;

test('nothing is made before a run is, and all of it for this user only', async () => {
  const file = newFile();
  const subject = await opened(file);
  expect(await subject.backend.list({})).toEqual({ runs: [] });
  expect(await subject.check()).toEqual([]);
  expect(await subject.backend.holder('r')).toBeUndefined();
  expect((await refusal(subject.read('r'))).code).toBe('ORCH_RUN_UNKNOWN');
  expect(existsSync(dirname(file))).toBe(false);
  await subject.make('r');
  expect([modeOf(dirname(file)), ...[file, `${file}-wal`, `${file}-shm`].map(modeOf)]).toEqual([
    0o700, 0o600, 0o600, 0o600,
  ]);
});

test('a file that another process made meanwhile is seen', async () => {
  const file = newFile();
  const before = await opened(file);
  await (await opened(file)).make('r');
  expect(await before.versions('r')).toEqual([1, 2]);
});

test('doctor names a file that others can read', async () => {
  const file = newFile();
  const subject = await opened(file);
  await subject.make('r');
  execFileSync('chmod', ['644', file]);
  const [finding, ...more] = await subject.check();
  expect(finding).toMatchObject({ code: 'ORCH_STATE_ACCESS', severity: 'warning', file });
  expect(more).toEqual([]);
});

test('every connection writes ahead, and flushes each transaction that must be', async () => {
  const file = newFile();
  const { databases, openDatabase } = witness();
  for (const name of ['first', 'second']) {
    const subject = await opened(file, {}, openDatabase);
    const made = await subject.make(name);
    const db = databases.at(-1)!;
    const pragmas = (): unknown[] =>
      ['journal_mode', 'synchronous'].map((pragma) => db.pragma(pragma, { simple: true }));
    expect(pragmas()).toEqual(['wal', 2]);
    await subject.append(made, eventsOf(3, 3), { flush: false });
    expect(pragmas()).toEqual(['wal', 1]);
    await subject.append(made, eventsOf(4, 4));
    expect(pragmas()).toEqual(['wal', 2]);
    // Sent again to be flushed: SQLite flushes what it writes, and nothing where nothing is written.
    await subject.append(made, eventsOf(5, 5), { flush: false });
    const before = statSync(`${file}-wal`).size;
    await subject.append(made, eventsOf(5, 5), { flush: true });
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(before);
    expect(pragmas()).toEqual(['wal', 2]);
  }
});

test('a place where SQLite keeps no write-ahead log is refused', async () => {
  const file = newFile();
  const subject = await opened(file, {}, () => new Driver(':memory:'));
  expect(await refusal(subject.make('r'))).toMatchObject({
    code: 'ORCH_BACKEND_UNAVAILABLE',
    message: expect.stringContaining('journal_mode memory'),
  });
});

test('network file systems are refused by name', () => {
  for (const [type, name] of [[0x6969, 'NFS'] as const, [0xfe534d42, 'SMB'] as const])
    expect(() => checkPlace('/there/orch.db', () => type)).toThrow(`network file system (${name})`);
  expect(() => checkPlace('/there/orch.db', () => 0xef53)).not.toThrow();
  expect(() => checkPlace('/there/orch.db', () => undefined)).not.toThrow();
});

test.for([':memory:', '', 'name with an end '])('%j cannot be the file', (name) => {
  expect(() => makeSqliteBackend(name, {})).toThrow(/cannot be the file/);
});

test('a file of a later release is refused and stays what it was', async () => {
  const file = newFile();
  await (await opened(file)).make('r');
  edit(file, 'PRAGMA user_version = 2');
  const error = await refusal(makeSqliteBackend(file, {}).open());
  expect(error).toMatchObject({ code: 'ORCH_JOURNAL_NEWER', message: expect.stringContaining(`${file} has format 2`) });
  expect(visitor(file).pragma('user_version', { simple: true })).toBe(2);
});

test('a file of another program is refused and stays what it was', async () => {
  const file = newFile();
  mkdirSync(dirname(file));
  edit(file, 'CREATE TABLE theirs (a); PRAGMA user_version = 1');
  const before = readFileSync(file);
  const error = await refusal(makeSqliteBackend(file, {}).open());
  expect(error).toMatchObject({ code: 'ORCH_JOURNAL_DAMAGED', message: expect.stringContaining('another program') });
  expect(readFileSync(file).equals(before)).toBe(true);
});

test('what is no database is refused and stays what it was', async () => {
  const file = newFile();
  mkdirSync(dirname(file));
  writeFileSync(file, 'not a database, but long enough to be looked at '.repeat(100));
  const before = readFileSync(file);
  expect(await refusal(makeSqliteBackend(file, {}).open())).toMatchObject({ code: 'ORCH_JOURNAL_DAMAGED', file });
  expect(readFileSync(file).equals(before)).toBe(true);
});

test('a format is reached in one transaction, from any earlier one', () => {
  const db = new Driver(':memory:');
  const steps = ['CREATE TABLE one (a)', 'CREATE TABLE two (a); INSERT INTO two VALUES (1)'];
  const tables = (): unknown[] => db.prepare('SELECT name FROM sqlite_schema ORDER BY name').pluck().all();
  expect(() => migrate(db, [...steps, 'INSERT INTO missing VALUES (1)'])).toThrow('missing');
  expect([tables(), db.pragma('user_version', { simple: true })]).toEqual([[], 0]);
  migrate(db, steps.slice(0, 1));
  migrate(db, steps);
  migrate(db, steps);
  expect([tables(), db.pragma('user_version', { simple: true })]).toEqual([['one', 'two'], 2]);
  expect(db.prepare('SELECT count(*) FROM two').pluck().get()).toBe(1);
});

test('closing leaves one file that has everything', async () => {
  const file = newFile();
  const first = await opened(file);
  await first.make('kept-for-the-next');
  await first.close();
  expect([existsSync(`${file}-wal`), existsSync(`${file}-shm`)]).toEqual([false, false]);
  expect(readFileSync(file).includes('kept-for-the-next')).toBe(true);
});

test('what was written is in the file once nothing was written for a while', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const file = newFile();
  // Not read by this process: closing the file would take SQLite's locks from it.
  const has = (text: string): boolean => execFileSync('cat', [file]).includes(text);
  try {
    const subject = await opened(file, { idleMs: 500 });
    const made = await subject.make('r');
    vi.advanceTimersByTime(300);
    await subject.append(made, eventsOf(3, 3, 'so-so'));
    vi.advanceTimersByTime(300);
    expect(has('so-so')).toBe(false);
    vi.advanceTimersByTime(500);
    expect(has('so-so 3')).toBe(true);
    await subject.append(made, eventsOf(4, 4, 'and again'));
    vi.advanceTimersByTime(500);
    expect(has('and again 4')).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});
