import { rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rememberBackend } from '../src/backend/known-backends.ts';
import { parseBackend } from '../src/backend/backend-place.ts';
import { recoverCommand } from '../src/recover-command.ts';
import { Playground } from './orch-process.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

test('the command to go on says the state folder where it was said, and a backend only until it is known', async () => {
  const directory = ground.path('.orch');
  const place = { directory, flag: '' };
  const at = (name: string): ReturnType<typeof parseBackend> => parseBackend(name, { from: '', directory });
  const flag = " --state-dir '/srv/the state'";
  expect(recoverCommand('x', { place, at: at('json') })).toBe('orch recover x');
  expect(recoverCommand('x', { place: { directory, flag }, at: at('json') })).toBe(`orch recover x${flag}`);
  expect(recoverCommand('x', { place, at: at('sqlite') })).toBe('orch recover x --backend sqlite');
  await rememberBackend(directory, at('sqlite'));
  expect(recoverCommand('x', { place, at: at('sqlite') })).toBe('orch recover x');
});

test('a command that shows a failed run names the one that goes on with it, and that one does', async () => {
  ground.plan([{ name: 'a', command: 'test -e mended', retry_count: 1 }]);
  const flags = ['--state-dir', 'kept here', '--backend', 'sqlite:runs.db'];
  const executed = await ground.orch('execute', 'plan.json', '--run-id', 'one', ...flags);
  const next = `orch recover one --state-dir '${ground.path('kept here')}'`;
  expect(executed.stderr).toContain(`To go on: ${next}\n`);
  rmSync(ground.path('kept here/backends.json'));
  const { stdout } = await ground.orch('show', 'one', ...flags);
  const found = `${next} --backend sqlite:${ground.path('runs.db')}`;
  expect(stdout).toContain(`To go on: ${found}\n`);
  writeFileSync(ground.path('mended'), '');
  const args = [
    'recover',
    'one',
    '--state-dir',
    ground.path('kept here'),
    '--backend',
    `sqlite:${ground.path('runs.db')}`,
  ];
  expect(await ground.orch(...args)).toMatchObject({ code: 0 });
});

test('doctor says the state folder as well', async () => {
  ground.plan([{ name: 'a', command: 'true' }]);
  await ground.orch('execute', 'plan.json', '--run-id', 'one', '--state-dir', 'state');
  const state = ground.path('state');
  writeFileSync(ground.path('state/runs/one/attempts/a.1.deadbeef.log'), '');
  const { stdout } = await ground.orch('doctor', '--state-dir', 'state');
  expect(stdout).toContain(`The next take-up ends what still runs of it: orch recover one --state-dir ${state}\n`);
});
