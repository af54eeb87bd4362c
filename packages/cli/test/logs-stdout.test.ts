import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Playground, until, waitForGo } from './orch-process.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

/** Where orch has the stdout of a command whose output stands in it: beside its log. */
const toStdout = 'log=$(readlink /proc/$$/fd/2); exec >"${log%log}stdout"';

test('of a phase whose output is its stdout: what it said, then that, and a line between', async () => {
  ground.plan([
    { name: 'a', command: `printf words >&2; ${toStdout}; echo '{"a":1}'` },
    { name: 'b', command: `${toStdout}; echo '{"b":1}'` },
  ]);
  await ground.orch('execute', 'plan.json', '--run-id', 'one');
  expect((await ground.orch('logs', 'one', 'a')).stdout).toBe('words\n==> a, attempt 1, stdout <==\n{"a":1}\n');
  expect((await ground.orch('logs', 'one', 'b')).stdout).toBe('{"b":1}\n');
  expect((await ground.orch('logs', 'one')).stdout).toBe(
    [
      '==> a, attempt 1 <==\nwords\n==> a, attempt 1, stdout <==\n{"a":1}\n',
      '==> b, attempt 1, stdout <==\n{"b":1}\n',
    ].join('\n'),
  );
});

test('followed: stdout comes when it is whole', async () => {
  ground.plan([{ name: 'a', command: `echo begin >&2; ${toStdout}; echo '['; ${waitForGo}; echo ']'; echo end >&2` }]);
  const driver = ground.start(['execute', 'plan.json', '--run-id', 'one']);
  await until(
    () => ground.lines('starts').length === 1,
    () => 'the start',
  );
  expect((await ground.orch('logs', 'one', 'a')).stdout).toBe('begin\n\n==> a, attempt 1, stdout <==\n[\n');
  const follower = ground.start(['logs', 'one', 'a', '-f']);
  await until(
    () => follower.stdout === 'begin\n',
    () => 'the first line',
  );
  writeFileSync(ground.path('go'), '');
  expect((await follower.ended).stdout).toBe('begin\nend\n\n==> a, attempt 1, stdout <==\n[\n]\n');
  expect(await driver.ended).toMatchObject({ code: 0 });
});
