// Workflows in TypeScript on the command line as it is published: its copy of core meets the one that they import.
import { renameSync, utimesSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../packages/cli/test/orch-process.ts';
import type { Ended, OrchProcess, Result } from '../packages/cli/test/orch-process.ts';
import { ModuleGround, moduleHead as head } from './module-ground.ts';

let ground: ModuleGround;
beforeEach(() => {
  ground = new ModuleGround();
});
afterEach(() => ground[Symbol.dispose]());

const linesOfHead = head.split('\n').length - 1;

const start = (args: readonly string[]): OrchProcess => ground.built(args);
const orch = (...args: readonly string[]): Promise<Ended> => ground.orch(...args);
const resultOf = ({ stdout }: Ended): Result => JSON.parse(stdout) as Result;

/** Three phases; the second one waits for the file `go`. \`last\`: more of the last one. */
function slow(last = '', file = 'slow.mts'): void {
  ground.write(
    file,
    `${head}export default workflow('slow')
  .phase('first', { run: () => (did('first'), { n: 41 }) })
  .phase('slow', { dependsOn: ['first'], run: async ({ attempt }) => {
    did('slow ' + attempt);
    await made('go');
  } })
  .phase('last', { ${last} dependsOn: ['first', 'slow'], run: ({ outputs }) => (did('last'), outputs.first.n + 1) });
`,
  );
}

/** A run that was killed in its second phase. */
async function killed(runId: string): Promise<void> {
  const driven = start(['execute', 'slow.mts', '--run-id', runId]);
  await until(
    () => ground.lines('did').includes('slow 1'),
    () => `slow in: ${driven.stderr}`,
  );
  driven.kill('SIGKILL');
  await driven.ended;
}

test('functions and commands run, and hand on what they answer; stdout carries the result alone', async () => {
  ground.write(
    'plan.mts',
    `${head}console.log('imported');
export default await Promise.resolve(workflow('mixed')
  .phase('one', { run: ({ log }) => { console.log({ a: 1 }); log.info('words'); return [1]; } })
  .phase('two', { dependsOn: ['one'], run: command('cat "$ORCH_OUTPUTS" > two') }));
`,
  );
  const ended = await orch('execute', 'plan.mts', '--json');
  expect(ended.code).toBe(0);
  expect(resultOf(ended)).toMatchObject({
    workflow: 'mixed',
    status: 'completed',
    phases: [
      { name: 'one', result: [1] },
      { name: 'two', exitCode: 0 },
    ],
  });
  for (const line of ['imported', '{ a: 1 }', 'one: words']) expect(ended.stderr.split('\n')).toContain(line);
  expect(JSON.parse(ground.read('two'))).toEqual({ one: [1] });
  expect((await orch('validate', 'plan.mts', '--json')).stdout).toContain('"one_deps": true');
});

test('a killed run goes on: what was completed is not run again', async () => {
  slow();
  await killed('slow-1');
  ground.write('go', '');
  const ended = await orch('recover', 'slow.mts', '--json');
  expect(ended.code).toBe(0);
  expect(resultOf(ended).phases.map(({ name, attempts }) => [name, attempts])).toEqual([
    ['first', 1],
    ['slow', 2],
    ['last', 1],
  ]);
  expect(resultOf(ended).phases[2]?.result).toBe(42);
  expect(ground.lines('did')).toEqual(['first', 'slow 1', 'slow 2', 'last']);
});

describe('a module that has changed since', () => {
  test('is named phase by phase, with the commands to choose from; nothing has run', async () => {
    slow();
    await killed('slow-1');
    slow("timeout: '5m',");
    ground.write('go', '');
    const refused = await orch('recover', 'slow-1');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      /slow\.mts is not what run slow-1 was made of, 1 difference:\n {2}phase "last" changed/,
    );
    expect(refused.stderr).toContain('To go on by it: orch recover slow-1 --plan slow.mts\n');
    expect(refused.stderr).toContain('For a new run: orch execute slow.mts\n');
    const again = await orch('execute', 'slow.mts', '--run-id', 'slow-1');
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('orch recover slow-1 --plan slow.mts');
    const all = await orch('recover', '--all');
    expect(all.code).toBe(2);
    expect(all.stderr).toContain('orch recover slow-1 --plan slow.mts');
    expect(ground.lines('did')).toEqual(['first', 'slow 1']);
    const by = await orch('recover', 'slow-1', '--plan', 'slow.mts');
    expect(by.stderr).toContain('phase "last" changed');
    expect(by.code).toBe(0);
    expect(ground.lines('did')).toEqual(['first', 'slow 1', 'slow 2', 'last']);
  });

  test('put back as it was, the run goes on', async () => {
    slow();
    await killed('slow-1');
    slow('checkpoint: false,');
    expect((await orch('recover', 'slow-1')).code).toBe(2);
    slow();
    ground.write('go', '');
    expect((await orch('recover', 'slow-1')).code).toBe(0);
  });

  test('in what its functions do alone: the run goes on by the new ones, and that they are not compared is said', async () => {
    slow();
    await killed('slow-1');
    slow();
    ground.write('slow.mts', ground.read('slow.mts').replace("did('last')", "did('corrected')"));
    ground.write('go', '');
    utimesSync(ground.path('slow.mts'), new Date(), new Date(Date.now() + 60_000));
    const ended = await orch('recover', 'slow-1');
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain('slow.mts was written after run slow-1 began.');
    expect(ground.lines('did').at(-1)).toBe('corrected');
  });

  test('exports another workflow', async () => {
    slow();
    await killed('slow-1');
    ground.write('slow.mts', ground.read('slow.mts').replace("workflow('slow')", "workflow('other')"));
    const refused = await orch('recover', 'slow-1');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('Run slow-1 is of workflow "slow", and slow.mts now exports "other".');
  });
});

describe('a module that is gone or broken', () => {
  test('moved: the run says where it is now', async () => {
    slow();
    await killed('slow-1');
    renameSync(ground.path('slow.mts'), ground.path('moved.mts'));
    ground.write('go', '');
    const refused = await orch('recover', 'slow-1', '--json');
    expect(refused.code).toBe(3);
    expect(JSON.parse(refused.stdout)).toMatchObject({
      error: {
        code: 'ORCH_PLAN_NOT_FOUND',
        hint: expect.stringContaining('orch recover slow-1 --plan FILE') as string,
      },
    });
    expect((await orch('recover', 'moved.mts', '--plan', 'moved.mts')).code).toBe(0);
  });

  test('keeps no other run from being recovered by --all', async () => {
    slow();
    await killed('broken-1');
    ground.write('did', '');
    const whole = ground.read('slow.mts');
    ground.write('slow.mts', 'process.exit(0)');
    ground.write('whole.mts', whole);
    const driven = start(['execute', 'whole.mts', '--run-id', 'whole-1']);
    await until(
      () => ground.lines('did').includes('slow 1'),
      () => driven.stderr,
    );
    driven.kill('SIGKILL');
    await driven.ended;
    ground.write('go', '');
    const all = await orch('recover', '--all');
    expect(all.code).toBe(2);
    expect(all.stderr).toContain('ORCH_MODULE_EXIT');
    expect(all.stderr).toMatch(/Run broken-1 of slow is left alone/);
    expect(all.stderr).toContain('Run whole-1 of slow is completed.');
  });

  test('a run of commands needs none: it goes on as its journal says', async () => {
    ground.write('plan.mts', `${head}export default workflow('words').phase('a', { run: command('test -e go') });\n`);
    expect((await orch('execute', 'plan.mts', '--run-id', 'words-1')).code).toBe(1);
    ground.write('go', '');
    ground.write('plan.mts', 'throw new Error("broken")');
    const ended = await orch('recover', 'words-1');
    expect(ended.stderr).toContain('goes on as its journal says');
    expect(ended.code).toBe(0);
  });
});

describe('code that misbehaves', () => {
  test('a phase that calls process.exit, or throws, fails; its place is said', async () => {
    ground.write(
      'plan.mts',
      `${head}export default workflow('ends')
  .phase('exits', { run: () => process.exit(0) })
  .phase('throws', { run: () => { throw new TypeError('bad thing'); } });
`,
    );
    const ended = await orch('execute', 'plan.mts', '--json');
    expect(ended.code).toBe(1);
    const [exits, throws] = resultOf(ended).phases;
    expect(exits?.error?.code).toBe('ORCH_MODULE_EXIT');
    expect(throws?.error?.message).toContain(`bad thing (at ${ground.path('plan.mts')}:${linesOfHead + 3}:`);
    expect(ended.stderr).not.toContain('Its log is gone');
  });

  test('what it throws where nobody listens is not a bug of orch, and the run goes on later', async () => {
    ground.write(
      'plan.mts',
      `${head}export default workflow('stray').phase('a', { run: async () => {
  if (existsSync('go')) return;
  setTimeout(() => { throw new Error('too late'); }, 0);
  await forEver();
} });
`,
    );
    const ended = await orch('execute', 'plan.mts');
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(
      `threw where nothing catches it: too late (at ${ground.path('plan.mts')}:${linesOfHead + 3}:`,
    );
    expect(ended.stderr).toContain('[ORCH_MODULE_THREW]');
    ground.write('go', '');
    expect((await orch('recover', 'stray')).code).toBe(0);
  });
});

test('a run is found by the path of its module: show, copy, watch, and part of it is chosen by name', async () => {
  slow();
  ground.write('go', '');
  expect((await orch('execute', 'slow.mts', '--only', 'first', '--run-id', 'part')).code).toBe(0);
  expect(ground.lines('did')).toEqual(['first']);
  for (const args of [['show'], ['watch'], ['events'], ['copy', '--to', 'sqlite']]) {
    const [command = '', ...rest] = args;
    expect(await orch(command, 'slow.mts', ...rest), command).toMatchObject({ code: 0 });
  }
});

test('cancel of a run that nobody drives calls its clean-ups, unless the module is another one by now', async () => {
  const module = `${head}export default workflow('clean')
  .phase('slow', { run: async () => { did('slow 1'); await forEver(); } })
  .phase('clean', { after: 'always', dependsOn: ['slow'], run: () => did('clean') });
`;
  for (const [runId, later, done] of [
    ['same', module, ['slow 1', 'clean']],
    ['other', module.replace("after: 'always',", "after: 'always', timeout: '1m',"), ['slow 1']],
  ] as const) {
    ground.write('did', '');
    ground.write('slow.mts', module);
    await killed(runId);
    ground.write('slow.mts', later);
    const ended = await orch('cancel', runId);
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain(`Run ${runId} is cancelled.`);
    expect(ended.stderr.includes("clean-ups that are functions can't be called")).toBe(runId === 'other');
    expect(ground.lines('did')).toEqual(done);
  }
});
