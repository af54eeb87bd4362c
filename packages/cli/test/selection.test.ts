import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Playground } from './orch-process.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
  const phase = (name: string, ...dependsOn: string[]): object => ({
    name,
    command: `echo '${name}' >> ran`,
    depends_on: dependsOn,
  });
  ground.plan([phase('a'), phase('b', 'a'), phase('b,c', 'b'), phase('d', 'b,c'), phase('e')], { concurrency: 1 });
});
afterEach(() => ground[Symbol.dispose]());

test.each<[string[], string[]]>([
  [['--only', 'b'], ['b']],
  [
    ['--only', 'd,a'],
    ['a', 'd'],
  ],
  [
    ['--only', 'b,c', '--only', 'a'],
    ['a', 'b,c'],
  ],
  [
    ['--skip', 'b'],
    ['a', 'e'],
  ],
  [
    ['--skip', 'd , e'],
    ['a', 'b', 'b,c'],
  ],
  [
    ['--until', 'b,c'],
    ['a', 'b', 'b,c'],
  ],
  [
    ['--until', 'b', '--until=e'],
    ['a', 'b', 'e'],
  ],
  [['--until', 'd', '--skip', 'a,'], []],
])('%j runs %j', async (args, ran) => {
  await ground.orch('execute', 'plan.json', ...args);
  expect(ground.lines('ran')).toEqual(ran);
});

test('what is left out is shown in words, and in JSON with its reason', async () => {
  const { code, stdout, stderr } = await ground.orch('execute', 'plan.json', '--only', 'a', '--json');
  expect(code).toBe(0);
  expect(stderr).toMatch(/skipped +b, b,c, d, e: left out/);
  expect(JSON.parse(stdout)).toMatchObject({
    phases: [{ status: 'completed' }, { reason: 'not_selected' }, {}, {}, {}],
  });
  const show = await ground.orch('show', 'plan.json');
  expect(show.stdout).toMatch(/skipped +d +left out$/m);
});

test.each<[string[], number, RegExp]>([
  [['--only', 'f'], 3, /no phase "f"/],
  [['--until', 'b,f'], 3, /no phase "f"/],
  [['--skip', 'a,b,d,e', '--skip', 'b,c'], 2, /ORCH_RUN_NOTHING_SELECTED/],
])('%j is refused before anything starts', async (args, exitCode, words) => {
  const { code, stderr } = await ground.orch('execute', 'plan.json', ...args);
  expect(stderr).toMatch(words);
  expect(code).toBe(exitCode);
  expect(ground.lines('ran')).toEqual([]);
});

test('a selection that is refused leaves nothing behind, and no word of a new run', async () => {
  await ground.orch('execute', 'plan.json', '--run-id', 'one', '--only', 'a');
  const { code, stderr } = await ground.orch('execute', 'plan.json', '--only', 'f', '--backend', 'sqlite:other.db');
  expect(code).toBe(3);
  expect(stderr).not.toContain('new run');
  expect(readdirSync(ground.path('.orch'))).not.toContain('backends.json');
  expect((await ground.orch('execute', 'plan.json', '--only', 'f', '--state-dir', 'fresh')).code).toBe(3);
  expect(readdirSync(ground.folder)).not.toContain('fresh');
});

test('--fail-fast ends the run at the first failure', async () => {
  ground.plan(
    [
      { name: 'bad', command: 'exit 1', retry_count: 1, depends_on: [] },
      { name: 'other', command: 'echo other >> ran' },
    ],
    { concurrency: 1 },
  );
  const fast = await ground.orch('execute', 'plan.json', '--fail-fast');
  expect(fast.stderr).toMatch(/skipped +other: a phase failed before \(bad\)/);
  expect(fast.code).toBe(1);
  expect(ground.lines('ran')).toEqual([]);
  expect((await ground.orch('execute', 'plan.json')).code).toBe(1);
  expect(ground.lines('ran')).toEqual(['other']);
});

test('a run that there is keeps its choice: another one is refused, none is the same', async () => {
  const execute = (...args: string[]): ReturnType<Playground['orch']> =>
    ground.orch('execute', 'plan.json', '--run-id', 'one', ...args);
  expect((await execute('--only', 'a', '--fail-fast')).code).toBe(0);
  expect((await execute('--only', 'a')).code).toBe(0);
  expect((await execute()).code).toBe(0);
  expect(await execute('--only', 'b')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('ORCH_INPUT_CHANGED'),
  });
  expect((await execute('--skip', 'a')).code).toBe(2);
  expect(ground.lines('ran')).toEqual(['a']);
});
