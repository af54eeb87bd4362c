import { writeFileSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isAlive, Playground, until, waitForGo } from './orch-process.ts';
import type { Result } from './orch-process.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

const go = (): void => writeFileSync(ground.path('go'), '');
const started = (): Promise<void> =>
  until(
    () => ground.lines('starts').length === 1,
    () => 'the start',
  );

describe('the name of a run', () => {
  beforeEach(async () => {
    ground.plan([{ name: 'a', command: 'true' }]);
    for (const runId of ['night-1', 'night-2', 'day']) await ground.orch('execute', 'plan.json', '--run-id', runId);
  });

  test.each([
    ['day', 'day'],
    ['da', 'day'],
    ['night-2', 'night-2'],
    ['demo', 'day'],
    ['plan.json', 'day'],
  ])('%s is run %s', async (text, runId) => {
    expect(await ground.json('show', text, '--json')).toMatchObject({ runId });
  });

  test('a path counts from any folder, and when the plan is gone or broken', async () => {
    ground.write('plan.json', '{');
    expect(await ground.json('show', 'plan.json', '--json')).toMatchObject({ runId: 'day' });
    ground.plan([{ name: 'b', command: 'false' }], { name: 'sub/copy.json' });
    expect(await ground.json('show', 'sub/copy.json', '--json')).toMatchObject({ runId: 'day' });
  });

  test('that more than one run has is refused, naming them', async () => {
    const { code, stderr } = await ground.orch('show', 'night');
    expect(code).toBe(2);
    expect(stderr).toContain('ORCH_RUN_AMBIGUOUS');
    expect(stderr).toMatch(/night-2 \(demo, completed\), night-1 \(demo, completed\)/);
  });

  test.each(['show', 'recover', 'logs', 'events', 'cancel'])(
    'that no run has ends orch %s with 3, naming what there is',
    async (command) => {
      const { code, stderr } = await ground.orch(command, 'nothing');
      expect(stderr).toMatch(/no run, workflow or plan "nothing"[^]*day \(demo, completed\)/);
      expect(code).toBe(3);
    },
  );
});

test('without any state there is nothing to find', async () => {
  expect(await ground.orch('list')).toMatchObject({
    code: 0,
    stdout: '',
    stderr: `There are no runs in ${ground.path('.orch')}.\n`,
  });
  for (const filter of [
    ['--workflow', 'x'],
    ['--status', 'failed'],
  ])
    expect((await ground.orch('list', ...filter)).stderr).toBe(`There are no such runs in ${ground.path('.orch')}.\n`);
  expect(await ground.json('list', '--json')).toEqual([]);
  expect(await ground.orch('show', 'x')).toMatchObject({ code: 3, stderr: expect.stringContaining('no runs at all') });
});

test('list shows the newest first, by workflow and status', async () => {
  ground.plan([{ name: 'a', command: 'true' }]);
  ground.plan([{ name: 'a', command: 'false', retry_count: 1 }], { name: 'bad.json', workflow_id: 'bad' });
  await ground.orch('execute', 'plan.json', '--run-id', 'one');
  await ground.orch('execute', 'bad.json', '--run-id', 'two');
  const { stdout } = await ground.orch('list');
  expect(stdout.split('\n').map((line) => line.split(/ {2,}/).slice(0, 4))).toEqual([
    ['RUN', 'WORKFLOW', 'STATUS', 'COMPLETED'],
    ['two', 'bad', 'failed', '0/1'],
    ['one', 'demo', 'completed', '1/1'],
    [''],
  ]);
  expect(await ground.json('list', '--workflow', 'demo', '--json')).toMatchObject([{ runId: 'one' }]);
  expect(await ground.json('list', '--status', 'failed', '--json')).toMatchObject([{ runId: 'two' }]);
  expect(await ground.json('list', '--status', 'interrupted', '--json')).toEqual([]);
});

test('show tells of phases, attempts, errors and checkpoints', async () => {
  ground.plan([
    { name: 'good', command: 'true' },
    { name: 'bad', command: 'echo oh; exit 3', retry_count: 1, depends_on: ['good'] },
    { name: 'after', command: 'true', depends_on: ['bad'] },
  ]);
  await ground.orch('execute', 'plan.json', '--run-id', 'one');
  const { stdout } = await ground.orch('show', 'one');
  expect(stdout).toMatch(/^Run +one of demo$/m);
  expect(stdout).toMatch(/^Status +failed/m);
  expect(stdout).toMatch(/^STATUS +PHASE +ATTEMPTS +TIME +WHY\ncompleted +good +1 +0\.\d s$/m);
  expect(stdout).toMatch(/^failed +bad +1 +0\.\d s +exit code 3$/m);
  expect(stdout).toMatch(/^Critical path \(\d\.\d s\): good \d\.\d s > bad \d\.\d s$/m);
  expect(await ground.json('show', 'one', '--json')).toMatchObject({
    status: 'failed',
    criticalPath: { steps: [{ phase: 'good', attempts: 1 }, { phase: 'bad' }] },
  });
  expect(stdout).toMatch(/attempt 1: failed, .*exit code 3/);
  expect(stdout).toMatch(/log: .*\.log$/m);
  expect(stdout).toMatch(/^skipped +after +dependency not met \(bad\)$/m);
  expect(stdout).toMatch(/^ {2}bad@\d+ /m);
  expect(stdout).toContain('To go on: orch recover one');
  // As of a function, which has none.
  rmSync(ground.path('.orch/runs/one/attempts'), { recursive: true });
  expect((await ground.orch('show', 'one')).stdout).not.toContain('log:');
});

describe('recover', () => {
  test('of a completed run does nothing and ends with 0', async () => {
    ground.plan([{ name: 'a', command: 'echo x >> a' }]);
    await ground.orch('execute', 'plan.json', '--run-id', 'one');
    const { code, stdout } = await ground.orch('recover', 'one', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ run: 'one', status: 'completed', phases: [{ name: 'a', attempts: 1 }] });
    expect(ground.lines('a')).toHaveLength(1);
  });

  test('goes back to a checkpoint or a phase, and names what there is', async () => {
    ground.plan([
      { name: 'a', command: 'echo a >> log' },
      { name: 'b', command: 'echo b >> log', depends_on: ['a'] },
    ]);
    await ground.orch('execute', 'plan.json', '--run-id', 'one');
    expect(await ground.orch('recover', 'one', '--from', 'b')).toMatchObject({ code: 0 });
    expect(ground.lines('log')).toEqual(['a', 'b', 'b']);
    expect(await ground.orch('recover', 'one', '--checkpoint', 'a')).toMatchObject({ code: 0 });
    expect(ground.lines('log')).toEqual(['a', 'b', 'b', 'a', 'b']);
    const checkpoint = await ground.orch('recover', 'one', '--checkpoint', 'c');
    expect(checkpoint.code).toBe(3);
    expect(checkpoint.stderr).toMatch(/There are: a@\d+, b@\d+/);
    expect(await ground.orch('recover', 'one', '--from', 'c')).toMatchObject({ code: 3 });
  });

  test('says 4 while the run is driven', async () => {
    ground.plan([{ name: 'a', command: waitForGo }]);
    const driver = ground.start(['execute', 'plan.json', '--run-id', 'one']);
    await started();
    const { code, stdout, stderr } = await ground.orch('recover', 'one', '--json');
    expect(code).toBe(4);
    expect(stderr).toMatch(new RegExp(`process ${driver.child.pid} on \\S+ since \\d{4}-`));
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'ORCH_RUN_OWNED' } });
    go();
    expect(await driver.ended).toMatchObject({ code: 0 });
  });
});

describe('logs', () => {
  test('of a phase are its bytes, of a run all with titles', async () => {
    ground.plan([
      { name: 'a', command: "printf 'no newline\\0 \\377'" },
      {
        name: 'b',
        command: 'echo b$ORCH_ATTEMPT; exit 1',
        retry_count: 2,
        depends_on: ['a'],
      },
    ]);
    await ground.orch('execute', 'plan.json', '--run-id', 'one');
    expect((await ground.orch('logs', 'one', 'a')).stdout).toBe('no newline\0 \uFFFD');
    expect((await ground.orch('logs', 'one', 'b')).stdout).toBe('b2\n');
    expect((await ground.orch('logs', 'one', 'b', '--attempt', '1')).stdout).toBe('b1\n');
    expect((await ground.orch('logs', 'one')).stdout).toMatch(
      /^==> a, attempt 1 <==\nno newline.*\n==> b, attempt 2 <==\nb2\n$/s,
    );
    expect(await ground.orch('logs', 'one', 'b', '--attempt', '9')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('1, 2'),
    });
    expect(await ground.orch('logs', 'one', 'c')).toMatchObject({ code: 3, stderr: expect.stringContaining('a, b') });
  });

  test('are followed to the end of the phase', async () => {
    ground.plan([{ name: 'a', command: `echo begin; ${waitForGo}; echo end` }]);
    const driver = ground.start(['execute', 'plan.json', '--run-id', 'one']);
    await started();
    const follower = ground.start(['logs', 'one', 'a', '-f']);
    await until(
      () => follower.stdout === 'begin\n',
      () => 'the first line',
    );
    go();
    expect(await follower.ended).toMatchObject({ code: 0, stdout: 'begin\nend\n' });
    expect(await driver.ended).toMatchObject({ code: 0 });
  });
});

describe('events', () => {
  test('are the very lines that --output ndjson printed', async () => {
    ground.plan([
      { name: 'a', command: 'true' },
      { name: 'b', command: 'exit 3', depends_on: ['a'], retry_count: 1 },
    ]);
    const printed = await ground.orch('execute', 'plan.json', '--run-id', 'one', '--output', 'ndjson');
    // Between its first line and its last.
    const lines = printed.stdout.split('\n').slice(1, -2);
    expect(lines.length).toBeGreaterThan(7);
    expect((await ground.orch('events', 'one')).stdout.split('\n')).toEqual([...lines, '']);
    expect(lines[0]).toMatch(/^\{"type":"run\.created","version":1,"at":\d+,"epoch":1,/);
  });

  test('are the journal, from a version on, followed to the end', async () => {
    ground.plan([{ name: 'a', command: waitForGo }]);
    const driver = ground.start(['execute', 'plan.json', '--run-id', 'one']);
    await started();
    const follower = ground.start(['events', 'one', '--follow', '--after', '1']);
    await until(
      () => follower.stdout.includes('phase.started'),
      () => 'the start',
    );
    go();
    const { code, stdout } = await follower.ended;
    await driver.ended;
    expect(code).toBe(0);
    const followed = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { version: number; type: string });
    expect(followed.map(({ version }) => version)).toEqual(followed.map((_, index) => index + 2));
    expect(followed.at(-1)?.type).toBe('run.completed');
    const all = (await ground.orch('events', 'one')).stdout.trimEnd().split('\n');
    expect(all).toHaveLength(followed.length + 1);
  });

  test('end quietly when nobody reads them', async () => {
    ground.plan(
      Array.from({ length: 300 }, (_, index) => ({
        name: `phase ${index} ${'x'.repeat(150)}`,
        command: 'true',
        depends_on: [],
      })),
    );
    await ground.orch('execute', 'plan.json', '--run-id', 'one', '--output', 'none');
    const orch = ground.start(['events', 'one']);
    orch.child.stdout?.once('data', () => orch.child.stdout?.destroy());
    expect(await orch.ended).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('cancel', () => {
  test('ends a run that another process drives', async () => {
    ground.plan([{ name: 'a', command: waitForGo }]);
    const driver = ground.start(['execute', 'plan.json', '--run-id', 'one']);
    await started();
    expect(await ground.orch('cancel', 'one', '--message', 'wrong input')).toMatchObject({ code: 0, stdout: '' });
    const { code, stderr } = await driver.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/cancelled after .*wrong input/);
    expect(isAlive(Number(ground.lines('starts')[0]))).toBe(false);
    expect(await ground.orch('cancel', 'one')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('cancelled already'),
    });
  });

  test('ends a run that nobody drives', async () => {
    ground.plan([{ name: 'a', command: waitForGo }]);
    const driver = ground.start(['execute', 'plan.json', '--run-id', 'one']);
    await started();
    driver.kill('SIGKILL');
    await driver.ended;
    expect(await ground.orch('cancel', 'one')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('Run one is cancelled'),
    });
    expect(isAlive(Number(ground.lines('starts')[0]))).toBe(false);
    expect((await ground.json<Result>('show', 'one', '--json')).status).toBe('cancelled');
  });

  test('of a completed run is refused', async () => {
    ground.plan([{ name: 'a', command: 'true' }]);
    await ground.orch('execute', 'plan.json', '--run-id', 'one');
    expect(await ground.orch('cancel', 'one')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('ORCH_RUN_FINISHED'),
    });
  });
});
