import { existsSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { backupSqlite } from '../src/index.ts';
import { newFile, opened, refusal } from './stage.ts';

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
  expect(existsSync(`${target}.new`)).toBe(false);
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
  expect([existsSync(`${target}-2`), existsSync(`${target}-2.new`)]).toEqual([false, false]);
});
