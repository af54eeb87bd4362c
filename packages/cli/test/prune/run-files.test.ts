import { chmodSync, mkdirSync, statSync, symlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { makeRemovable } from '../../src/prune/run-files.ts';
import { Playground } from '../orch-process.ts';

test('what is to be removed may be written by its owner, folders only, and nothing behind a link', () => {
  using ground = new Playground();
  mkdirSync(ground.path('run/closed/in'), { recursive: true });
  mkdirSync(ground.path('elsewhere'));
  ground.write('run/closed/file', '');
  symlinkSync(ground.path('elsewhere'), ground.path('run/link'));
  for (const name of ['run/closed/file', 'run/closed/in', 'run/closed', 'elsewhere'])
    chmodSync(ground.path(name), 0o455);
  const modes = (): readonly string[] =>
    ['run/closed', 'run/closed/in', 'run/closed/file', 'elsewhere'].map((name) =>
      (statSync(ground.path(name)).mode & 0o777).toString(8),
    );
  const takeBack = makeRemovable(ground.path('run'));
  const given = modes();
  takeBack();
  const taken = modes();
  for (const name of ['run/closed', 'run/closed/in', 'elsewhere']) chmodSync(ground.path(name), 0o755);
  expect(given).toEqual(['755', '755', '455', '455']);
  expect(taken).toEqual(['455', '455', '455', '455']);
});
