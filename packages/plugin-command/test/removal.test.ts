import { existsSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { markedFolders, markForRemoval, removeMarked } from '../src/removal.ts';
import { emptyFolder, trial } from './harness.ts';

let directory: string;
beforeEach(() => {
  directory = emptyFolder();
  for (const run of ['one', 'two']) {
    mkdirSync(join(directory, 'runs', run, 'attempts'), { recursive: true });
    writeFileSync(join(directory, 'runs', run, 'attempts', 'a.log'), run);
  }
});

const runs = (): readonly string[] => readdirSync(join(directory, 'runs')).toSorted();

test('what is marked goes, all of it; the rest stays', () => {
  markForRemoval(directory, 'one');
  for (const run of ['one', 'two', 'none']) removeMarked(directory, run);
  expect(runs()).toEqual(['two']);
  expect(existsSync(join(directory, 'runs/two/attempts/a.log'))).toBe(true);
});

test('a run without files gets none', () => {
  markForRemoval(directory, 'none');
  markForRemoval(join(directory, 'nowhere'), 'none');
  expect(runs()).toEqual(['one', 'two']);
  expect(markedFolders(join(directory, 'nowhere'))).toEqual([]);
});

test('a mark is taken back by who keeps the run, and by whoever takes it up', async () => {
  const takeBack = markForRemoval(directory, 'one');
  takeBack();
  removeMarked(directory, 'one');
  expect(runs()).toEqual(['one', 'two']);
  const it = await trial('true');
  markForRemoval(it.directory, it.attempt.runId);
  expect(markedFolders(it.directory)).toHaveLength(1);
  await it.executor.settle!(it.attempt.runId, new Set([it.attempt.key]));
  expect(markedFolders(it.directory)).toEqual([]);
});

test('a mark stays while what is left of a run that is to go is ended, and no folder is made for it', async () => {
  const it = await trial('true');
  markForRemoval(it.directory, it.attempt.runId);
  for (const run of [it.attempt.runId, 'none']) await it.executor.settle!(run, new Set(), { toDelete: true });
  expect(markedFolders(it.directory)).toMatchObject([{ runId: it.attempt.runId }]);
  expect(existsSync(join(it.directory, 'runs/none'))).toBe(false);
});

test('who keeps a run takes back the own mark only', () => {
  const takeBack = markForRemoval(directory, 'one');
  markForRemoval(directory, 'one');
  takeBack();
  removeMarked(directory, 'one');
  expect(runs()).toEqual(['two']);
});

test('what a killed removal left is found, marked or moved away', () => {
  markForRemoval(directory, 'one');
  markForRemoval(directory, 'two');
  renameSync(join(directory, 'runs/two'), join(directory, 'runs/.removed-1-x'));
  expect(markedFolders(directory)).toEqual([
    { path: join(directory, 'runs/.removed-1-x') },
    { path: join(directory, 'runs/one'), runId: 'one' },
  ]);
});

test('neither a link nor what it leads to is marked or removed', () => {
  renameSync(join(directory, 'runs/one'), join(directory, 'moved'));
  symlinkSync(join(directory, 'moved'), join(directory, 'runs/one'));
  markForRemoval(directory, 'one');
  expect(readdirSync(join(directory, 'moved'))).toEqual(['attempts']);
  writeFileSync(join(directory, 'moved/.removing'), '');
  removeMarked(directory, 'one');
  expect(markedFolders(directory)).toEqual([]);
  expect(existsSync(join(directory, 'moved/attempts/a.log'))).toBe(true);
  expect(runs()).toEqual(['one', 'two']);
});
