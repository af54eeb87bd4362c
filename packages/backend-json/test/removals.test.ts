import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeFiles } from '../src/files.ts';
import { finishRemoval, unfinishedRemovals } from '../src/removals.ts';
import { created, folder, opened } from './stage.ts';

/** A file system on which a removal ends before the call of this name. */
function cutOffAt(name: 'renameSync' | 'rmSync'): typeof nodeFiles {
  return {
    ...nodeFiles,
    [name]: (path: string, ...rest: unknown[]) => {
      if (name === 'renameSync' && !String(rest[0]).includes('.removed-'))
        return Reflect.apply(nodeFiles[name] as () => void, nodeFiles, [path, ...rest]);
      throw Object.assign(new Error('cut off'), { code: 'EIO', syscall: name });
    },
  };
}

test.each(['renameSync', 'rmSync'] as const)('a removal that is cut off at %s is found and finished', async (call) => {
  const place = folder();
  const backend = await opened(place);
  await created(backend, 'kept');
  const failing = await opened(place, cutOffAt(call));
  const fence = await created(failing, 'gone');
  await expect(failing.delete('gone', fence)).rejects.toThrow('cut off');
  const left = unfinishedRemovals(place);
  expect(left).toEqual([expect.stringContaining(call === 'rmSync' ? '/runs/.removed-' : '/runs/gone')]);
  for (const path of left) finishRemoval(path);
  expect(unfinishedRemovals(place)).toEqual([]);
  expect(readdirSync(join(place, 'runs')).toSorted()).toEqual(['.epochs', 'kept']);
});

test('runs that are there, damaged or made anew are none, and neither is a folder without a journal', async () => {
  const place = folder();
  const backend = await opened(place);
  for (const run of ['sound', 'damaged']) await created(backend, run);
  const journal = join(place, 'runs/damaged/journal-1');
  const bytes = readFileSync(journal);
  bytes[40] = (bytes[40] ?? 0) ^ 1;
  writeFileSync(journal, bytes);
  mkdirSync(join(place, 'runs/empty'));
  mkdirSync(join(place, 'runs/.new-1-x'));
  expect(unfinishedRemovals(place)).toEqual([]);
  finishRemoval(join(place, 'runs/sound'));
  expect(readdirSync(join(place, 'runs')).toSorted()).toEqual(['.new-1-x', 'damaged', 'empty', 'sound']);
  expect(unfinishedRemovals(folder())).toEqual([]);
});
