import { existsSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
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
  expect(draftsOf(target)).toEqual([]);
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
