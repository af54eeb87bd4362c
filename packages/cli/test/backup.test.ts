import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Playground, until, waitForGo } from './orch-process.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

test.each([
  ['json', ['--state-dir', 'copy']],
  ['sqlite', ['--backend', 'sqlite:copy']],
])('of %s has finished and driven runs, and can be recovered', async (backend, read) => {
  ground.plan([{ name: 'a', command: 'echo from a' }], { name: 'short.json' });
  await ground.orch('execute', 'short.json', '--backend', backend, '--run-id', 'done');
  ground.plan([
    { name: 'a', command: 'true' },
    { name: 'b', command: waitForGo, depends_on: ['a'] },
  ]);
  const driver = ground.start(['execute', 'plan.json', '--backend', backend, '--run-id', 'driven']);
  await until(
    () => ground.lines('starts').length === 1,
    () => 'the start',
  );
  const { code, stderr } = await ground.orch('backup', 'copy', '--backend', backend);
  expect(stderr).toContain(`in ${ground.path('copy')} now`);
  expect(code).toBe(0);
  writeFileSync(ground.path('go'), '');
  expect(await driver.ended).toMatchObject({ code: 0 });
  expect(await ground.json('list', '--json', ...read)).toMatchObject([
    { runId: 'driven', status: 'interrupted', completed: 1 },
    { runId: 'done', status: 'completed' },
  ]);
  expect((await ground.orch('logs', 'done', 'a', ...read)).stdout).toBe('from a\n');
  expect(await ground.orch('doctor', ...read)).toMatchObject({ code: 0 });
  expect(await ground.orch('recover', 'driven', ...read)).toMatchObject({ code: 0 });
  expect(await ground.orch('backup', 'copy', '--backend', backend)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('is there already'),
  });
});

test('leaves out a damaged run, names it, and ends with 5', async () => {
  ground.plan([{ name: 'a', command: 'true' }]);
  for (const run of ['bad', 'good']) await ground.orch('execute', 'plan.json', '--run-id', run);
  const journal = ground.path('.orch/runs/bad/journal-1');
  writeFileSync(journal, readFileSync(journal, 'latin1').replace('phase.completed', 'phase.complexed'), 'latin1');
  const { code, stderr } = await ground.orch('backup', 'copy');
  expect(stderr).toMatch(/run bad[^]*1 run of/);
  expect(code).toBe(5);
  expect(await ground.json('list', '--json', '--state-dir', 'copy')).toMatchObject([{ runId: 'good' }]);
});

test('of Redis is the server’s own business', async () => {
  const { code, stderr } = await ground.orch('backup', 'copy', '--backend', 'redis://127.0.0.1:1');
  expect(stderr).toContain('redis-cli --rdb');
  expect(code).toBe(2);
  expect(existsSync(ground.path('copy'))).toBe(false);
});
