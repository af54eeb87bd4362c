import { renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Driver from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { SmallDisk } from '../../../test/hard/faults/small-disk.ts';
import { available } from '../../../test/hard/need.ts';
import { linesOf, startProgram } from '../../../test/programs.ts';
import { carrying, commitOf, eventsOf, summaryOf, takingOf } from '../../testkit/src/conformance/subject.ts';
import { sealed } from '../src/run-row.ts';
import type { RunRow } from '../src/statements.ts';
import type { Filled } from './children/filler.ts';
import { newFile, opened, refusal, visitor, witness } from './stage.ts';

test('a file that may not grow refuses the commit, which is written once there is room', async () => {
  const { databases, openDatabase } = witness();
  const subject = await opened(newFile(), {}, openDatabase);
  const made = await subject.make('r');
  const [db] = databases;
  db!.pragma(`max_page_count = ${String(db!.pragma('page_count', { simple: true }))}`);
  const big = [carrying(3, 'x'.repeat(100_000))];
  for (let times = 0; times < 2; times++) {
    const error = await refusal(subject.append(made, big));
    expect(error).toMatchObject({
      code: 'ORCH_BACKEND_UNAVAILABLE',
      hint: expect.stringContaining('Free some disk space'),
    });
  }
  expect(await subject.versions('r')).toEqual([1, 2]);
  db!.pragma('max_page_count = 1000000');
  expect(await subject.append(made, big)).toEqual({ status: 'ok' });
  expect(await subject.append(made, eventsOf(4, 4))).toEqual({ status: 'ok' });
  expect(await subject.versions('r')).toEqual([1, 2, 3, 4]);
});

test('where several share a transaction that fails, nothing of it has happened', async () => {
  const { databases, openDatabase } = witness();
  const subject = await opened(newFile(), {}, openDatabase);
  const made = [await subject.make('a'), await subject.make('b')];
  const [db] = databases;
  db!.pragma(`max_page_count = ${String(db!.pragma('page_count', { simple: true }))}`);
  const commits = [eventsOf(3, 3), [carrying(3, 'x'.repeat(100_000))]];
  const append = (): Promise<unknown>[] => made.map((one, index) => subject.append(one, commits[index]!));
  for (const call of append()) expect((await refusal(call)).code).toBe('ORCH_BACKEND_UNAVAILABLE');
  for (const { run } of made) expect(await subject.versions(run)).toEqual([1, 2]);
  db!.pragma('max_page_count = 1000000');
  expect(await Promise.all(append())).toEqual([{ status: 'ok' }, { status: 'ok' }]);
});

test('after a flush that failed nothing is written before the file is opened anew', async () => {
  let failing = false;
  const { databases, openDatabase } = witness((db) => {
    const prepare = db.prepare.bind(db);
    Object.assign(db, {
      prepare(sql: string) {
        const statement = prepare(sql);
        if (sql !== 'COMMIT') return statement;
        const run = (): unknown => {
          if (failing) throw new Driver.SqliteError('disk I/O error', 'SQLITE_IOERR_FSYNC');
          return statement.run();
        };
        return { run };
      },
    });
  });
  const subject = await opened(newFile(), {}, openDatabase);
  const made = await subject.make('r');
  failing = true;
  expect((await refusal(subject.append(made, eventsOf(3, 3)))).message).toContain('SQLITE_IOERR_FSYNC');
  failing = false;
  expect(databases.length).toBe(1);
  expect(await subject.append(made, eventsOf(3, 3))).toEqual({ status: 'ok' });
  expect([databases.length, databases[0]?.open]).toEqual([2, false]);
  expect(await subject.versions('r')).toEqual([1, 2, 3]);
});

test.each([
  ['alone', []],
  ['with another run in one transaction', ['next']],
])('a commit behind the last version is refused %s, and nothing of it is written', async (_name, beside) => {
  const file = newFile();
  const maker = await opened(file);
  await maker.make('r');
  await maker.close();
  const last = 2 ** 26;
  const db = visitor(file);
  const rowOf = (): RunRow => db.prepare<[], RunRow>("SELECT * FROM runs WHERE id = 'r'").get()!;
  // As if so many events stood there: of the row alone it is known where the next commit belongs.
  const { version, crc } = sealed({ ...rowOf(), version: last });
  db.prepare("UPDATE runs SET version = ?, crc = ? WHERE id = 'r'").run(version, crc);
  const subject = await opened(file);
  const others = await Promise.all(beside.map((run) => subject.make(run)));
  const taken = await subject.backend.acquire('r', { ...takingOf('next'), overEpoch: 1 });
  if (taken.status !== 'held') throw new Error(taken.status);
  const before = rowOf();
  const held = { run: 'r', fence: taken.fence };
  const events = eventsOf(last + 1, last + 1);
  // The first is as the row foresees it; the second changes more of the run than its counts.
  for (const more of [{}, { status: 'waiting' }] as const) {
    const summary = summaryOf('r', { version: last + 1, ...more });
    const calls = others.map((one) => subject.append(one, eventsOf(3, 3)));
    const error = await refusal(subject.backend.append('r', commitOf(held, events, { summary })));
    expect(error).toMatchObject({ code: 'ORCH_BACKEND_UNAVAILABLE', message: expect.stringContaining(String(last)) });
    expect(await Promise.all(calls)).toEqual(others.map(() => ({ status: 'ok' })));
    expect(rowOf()).toEqual(before);
  }
});

test('a renewal that another object of the same taking made is not overwritten', async () => {
  const file = newFile();
  const subject = await opened(file);
  const made = await subject.make('r');
  const other = await opened(file);
  expect(await other.backend.renew(made.run, made.fence, 90_000)).toBe(true);
  expect(await subject.append(made, eventsOf(3, 3))).toEqual({ status: 'ok' });
  expect(await other.check()).toEqual([]);
});

test('a call waits for whoever has the file locked, and the event loop goes on', async () => {
  const file = newFile();
  const subject = await opened(file);
  const made = await subject.make('r');
  const other = visitor(file);
  other.exec('BEGIN IMMEDIATE');
  const append = subject.append(made, eventsOf(3, 3));
  await new Promise(setImmediate);
  expect(await subject.versions('r')).toEqual([1, 2]);
  other.exec('COMMIT');
  expect(await append).toEqual({ status: 'ok' });
});

test('who waited in vain is told so', async () => {
  const file = newFile();
  const subject = await opened(file, { lockWaitMs: 0 });
  const made = await subject.make('r');
  visitor(file).exec('BEGIN IMMEDIATE');
  const error = await refusal(subject.append(made, eventsOf(3, 3)));
  expect(error).toMatchObject({ code: 'ORCH_BACKEND_UNAVAILABLE', message: expect.stringContaining('locked') });
});

test.for(['', '-wal'])('a file%s that was taken away is noticed before anything is acknowledged', async (suffix) => {
  const file = newFile();
  const subject = await opened(file);
  const made = await subject.make('r');
  renameSync(`${file}${suffix}`, `${file}.away`);
  const error = await refusal(subject.append(made, eventsOf(3, 3)));
  expect(error).toMatchObject({ code: 'ORCH_BACKEND_UNAVAILABLE', message: expect.stringContaining('removed, moved') });
});

test('a file that is gone stays missed until it is back', async () => {
  const file = newFile();
  const subject = await opened(file);
  const made = await subject.make('r');
  renameSync(file, `${file}.away`);
  for (let times = 0; times < 3; times++)
    expect((await refusal(subject.append(made, eventsOf(3, 3)))).code).toBe('ORCH_BACKEND_UNAVAILABLE');
  expect((await refusal(subject.read('r'))).code).toBe('ORCH_BACKEND_UNAVAILABLE');
});

describe.runIf(available('tmpfs'))('a disk that is really full', () => {
  /** A program that appends until it is refused, and again whenever it is told to. */
  async function fill(disk: SmallDisk): Promise<() => Promise<Filled>> {
    const program = startProgram(fileURLToPath(new URL('children/filler.ts', import.meta.url)), {
      through: disk.through(disk.folder),
      args: ['orch.db'],
    });
    const lines = linesOf(program);
    return async () => {
      program.stdin?.write('\n');
      return JSON.parse(String((await lines.next()).value)) as Filled;
    };
  }

  test('refuses, loses nothing that was acknowledged, and goes on once there is room', async () => {
    using disk = await SmallDisk.mounted(400);
    const next = await fill(disk);
    const full = await next();
    expect(full).toMatchObject({ code: 'ORCH_BACKEND_UNAVAILABLE', damage: [] });
    expect(full.acknowledged).toBeGreaterThan(10);
    expect(full.found).toBe(full.acknowledged);
    disk.resize(800);
    const again = await next();
    expect(again).toMatchObject({ code: 'ORCH_BACKEND_UNAVAILABLE', damage: [] });
    expect(again.acknowledged).toBeGreaterThan(full.acknowledged + 10);
    expect(again.found).toBe(again.acknowledged);
  });

  test('does not let a run begin, and lets it begin once there is room', async () => {
    using disk = await SmallDisk.mounted(400);
    disk.fill(8_192);
    const next = await fill(disk);
    expect(await next()).toMatchObject({ code: 'ORCH_BACKEND_UNAVAILABLE', acknowledged: 0 });
    disk.empty();
    expect((await next()).acknowledged).toBeGreaterThan(10);
  });
});
