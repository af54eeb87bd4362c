import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { orch as program, Playground, until, waitForGo } from './orch-process.ts';
import type { OrchProcess, Result } from './orch-process.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

const go = (): void => writeFileSync(ground.path('go'), '');

describe('a run', () => {
  test('that completes ends with 0, with nothing on stdout and a line for each step on stderr', async () => {
    ground.plan([
      { name: 'first', command: 'echo hello > out' },
      { name: 'second', command: 'cat out', depends_on: ['first'] },
    ]);
    const { code, stdout, stderr } = await ground.orch('execute', 'plan.json');
    expect(code).toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/started +run \w+: workflow demo, 2 phases/);
    expect(stderr).toMatch(/completed +first: attempt 1\/3, \d+\.\d s$/m);
    expect(stderr).toMatch(/Run \w+ of demo: completed after .*; phases: 2 completed/);
    expect(ground.read('out')).toBe('hello\n');
  });

  test('that fails ends with 1 and shows the end of the log, its path and how to go on', async () => {
    ground.plan([
      { name: 'bad', command: 'for n in 1 2 3; do echo line $n; done; exit 7', retry_count: 1 },
      { name: 'after', command: 'true', depends_on: ['bad'] },
    ]);
    const { code, stderr } = await ground.orch('execute', 'plan.json');
    expect(code).toBe(1);
    expect(stderr).toMatch(/failed bad: exit code 7/);
    expect(stderr).toMatch(/Last 3 lines of (\S+):\n {2}\| line 1\n {2}\| line 2\n {2}\| line 3\n/);
    const path = /Last 3 lines of (\S+):/.exec(stderr)?.[1] ?? '';
    expect(ground.read(path.slice(ground.folder.length + 1))).toBe('line 1\nline 2\nline 3\n');
    const runId = /run (\w+):/.exec(stderr)?.[1];
    expect(stderr).toContain(`To go on: orch recover ${runId}\n`);
  });

  test('says what it waits for between attempts', async () => {
    ground.plan([{ name: 'flaky', command: 'test -e tried || { touch tried; exit 1; }', retry_count: 3 }]);
    const { code, stderr } = await ground.orch('execute', 'plan.json');
    expect(stderr).toMatch(/failed +flaky: attempt 1\/3, .*exit code 1; next attempt in \d\.\d s, at \d\d:\d\d:\d\d/);
    expect(stderr).toMatch(/completed +flaky: attempt 2\/3/);
    expect(code).toBe(0);
  });

  test('whose timeout passes ends with 124', async () => {
    ground.plan([{ name: 'long', command: waitForGo, retry_count: 1 }], { timeout: '500ms' });
    const { code, stderr } = await ground.orch('execute', 'plan.json');
    expect(stderr).toMatch(/\nTo go on, by a plan with a longer timeout: orch recover \w+ --plan FILE\n$/);
    expect(code).toBe(124);
    ground.plan([{ name: 'long', command: 'true', retry_count: 1 }], { timeout: '1h' });
    expect(await ground.orch('recover', 'demo', '--plan', 'plan.json')).toMatchObject({ code: 0 });
  });

  test('answers with the result map', async () => {
    ground.plan([
      { name: 'good', command: 'true' },
      { name: 'bad', command: 'exit 3', retry_count: 1 },
      { name: 'after', command: 'true', depends_on: ['bad'] },
      { name: '__proto__', command: 'true', depends_on: ['good'] },
    ]);
    const result = await ground.json<Result>('execute', 'plan.json', '--json');
    expect(result).toMatchObject({ run: expect.any(String), workflow: 'demo', status: 'failed' });
    expect(result.phases).toMatchObject([
      { name: 'good', status: 'completed', attempts: 1, exitCode: 0 },
      { name: 'bad', status: 'failed', attempts: 1, exitCode: 3, error: { code: 'ORCH_PHASE_EXIT' } },
      { name: 'after', status: 'skipped', attempts: 0, reason: 'deps_not_met' },
      { name: '__proto__', status: 'completed', attempts: 1 },
    ]);
  });

  test('does nothing where the plan is invalid, and the JSON says what is wrong', async () => {
    ground.plan([{ name: 'a', command: 'touch ran', depends_on: ['b'] }]);
    const process = ground.start(['execute', 'plan.json', '--json']);
    const { code, stdout } = await process.ended;
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'ORCH_PLAN_INVALID', findings: [{ code: 'ORCH_PLAN_UNKNOWN_DEP' }] },
    });
    expect(ground.read('ran')).toBe('');
  });

  test('runs as many phases at once as --concurrency says', async () => {
    const command = 'echo in >> log; sleep 0.2; echo out >> log';
    ground.plan(['a', 'b', 'c'].map((name) => ({ name, command, depends_on: [] })));
    expect(await ground.orch('execute', 'plan.json', '--concurrency', '1')).toMatchObject({ code: 0 });
    expect(ground.lines('log')).toEqual(['in', 'out', 'in', 'out', 'in', 'out']);
  });
});

describe('output', () => {
  test('ndjson is the events between a hello and an end', async () => {
    ground.plan([{ name: 'a', command: 'true' }]);
    const { code, stdout } = await ground.orch('execute', 'plan.json', '--output', 'ndjson');
    expect(code).toBe(0);
    const [hello, ...events] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.pop()).toMatchObject({ type: 'end', status: 'completed', exitCode: 0 });
    expect(hello).toMatchObject({ type: 'hello', schema: 1, run: expect.any(String) });
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['run.created', 'run.started', 'phase.started', 'phase.completed', 'run.completed']),
    );
    expect(events.map(({ version }) => version)).toEqual(events.map((_, index) => index + 1));
  });

  test('none says nothing', async () => {
    ground.plan([{ name: 'a', command: 'echo noise' }]);
    expect(await ground.orch('execute', 'plan.json', '--output', 'none')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });

  test('a reader of stderr that leaves does not end the run', async () => {
    ground.plan([
      { name: 'a', command: waitForGo },
      { name: 'b', command: 'touch b-ran', depends_on: ['a'] },
    ]);
    const process = ground.start(['execute', 'plan.json', '--json']);
    await until(
      () => ground.lines('starts').length === 1,
      () => 'the start',
    );
    process.child.stderr?.destroy();
    process.child.stdout?.destroy();
    go();
    expect(await process.ended).toMatchObject({ code: 0 });
    await until(
      () => ground.lines('ends').length === 1,
      () => 'the end',
    );
    expect((await ground.json<{ status: string }[]>('list', '--json'))[0]?.status).toBe('completed');
  });

  test('an answer that could not be written is no success', async () => {
    ground.plan([{ name: 'a', command: 'true' }]);
    const orch = ground.write('orch.sh', `exec "$@" > /dev/full\n`);
    const child = spawn('sh', [orch, ...program, 'list', '--json'], {
      cwd: ground.folder,
    });
    expect(await new Promise((resolve) => child.on('exit', resolve))).toBe(5);
  });

  test('works without a terminal, with stdin, stdout and stderr closed', async () => {
    ground.plan([{ name: 'a', command: 'cat; touch ran' }]);
    const orch = ground.write('orch.sh', `exec "$@" <&- >&- 2>&-\n`);
    const child = spawn('sh', [orch, ...program, 'execute', 'plan.json'], {
      cwd: ground.folder,
    });
    const code = await new Promise((resolve) => child.on('exit', resolve));
    expect(code).toBe(0);
    expect(existsSync(ground.path('ran'))).toBe(true);
  });
});

describe('where state is', () => {
  beforeEach(() => {
    ground.plan([{ name: 'a', command: 'exit 1', retry_count: 1 }]);
  });

  test('--state-dir is part of the command to go on', async () => {
    const { stderr } = await ground.orch('execute', 'plan.json', '--state-dir', 'other place');
    const [, runId] = /To go on: orch recover (\w+) --state-dir '[^']+other place'/.exec(stderr) ?? [];
    const { code } = await ground.orch('recover', runId ?? '', '--state-dir', 'other place');
    expect(code).toBe(1);
    expect((await ground.orch('list')).stderr).toContain('There are no runs in ');
  });

  test('ORCH_STATE is, too', async () => {
    const { stderr } = await ground.start(['execute', 'plan.json'], { env: { ORCH_STATE: ground.path('elsewhere') } })
      .ended;
    expect(stderr).toContain(`--state-dir ${ground.path('elsewhere')}`);
    expect(await ground.json<unknown[]>('list', '--json', '--state-dir', 'elsewhere')).toHaveLength(1);
  });

  test.each(['file', 'file/state'])('that cannot be used ends with 5 (%s)', async (place) => {
    ground.write('file', '');
    const { code, stderr } = await ground.orch('execute', 'plan.json', '--state-dir', place);
    expect(stderr).toContain(ground.path('file'));
    expect(stderr).toContain('ORCH_BACKEND_UNAVAILABLE');
    expect(code).toBe(5);
  });
});

describe('an unfinished run of the workflow', () => {
  test('is named when another is started', async () => {
    ground.plan([
      { name: 'a', command: 'true' },
      { name: 'b', command: 'test -e go', retry_count: 1, depends_on: ['a'] },
    ]);
    const { stderr } = await ground.orch('execute', 'plan.json');
    const [, runId = ''] = /To go on: orch recover (\w+)/.exec(stderr) ?? [];
    go();
    const second = await ground.orch('execute', 'plan.json');
    expect(second.code).toBe(0);
    expect(second.stderr).toContain(
      `The latest run of demo, ${runId}, is failed (1 of 2 phases done). To go on with it: orch recover ${runId}`,
    );
    expect((await ground.orch('execute', 'plan.json')).stderr).not.toContain('To go on with it');
  });
});

describe('--run-id', () => {
  /** A run that one process drives, in its only phase, and another one follows. */
  async function startTwice(command = waitForGo): Promise<{ driver: OrchProcess; follower: OrchProcess }> {
    ground.plan([{ name: 'a', command, retry_count: 1 }]);
    const driver = ground.start(['execute', 'plan.json', '--run-id', 'one']);
    await until(
      () => ground.lines('starts').length === 1,
      () => 'the start',
    );
    const follower = ground.start(['execute', 'plan.json', '--run-id', 'one', '--json']);
    await follower.says(/Following it/);
    return { driver, follower };
  }

  test('starts, recovers and reports', async () => {
    ground.plan([
      { name: 'a', command: 'echo x >> a' },
      { name: 'b', command: 'test -e go', retry_count: 1, depends_on: ['a'] },
    ]);
    expect((await ground.orch('execute', 'plan.json', '--run-id', 'nightly')).code).toBe(1);
    go();
    const recovered = await ground.orch('execute', 'plan.json', '--run-id', 'nightly', '--json');
    expect(recovered.code).toBe(0);
    expect(JSON.parse(recovered.stdout)).toMatchObject({ run: 'nightly', status: 'completed' });
    const reported = await ground.orch('execute', 'plan.json', '--run-id', 'nightly', '--json');
    expect(reported.code).toBe(0);
    expect(JSON.parse(reported.stdout)).toMatchObject({
      run: 'nightly',
      status: 'completed',
      phases: [{ attempts: 1 }, { attempts: 2 }],
    });
    expect(ground.lines('a')).toHaveLength(1);
  });

  test('refuses another plan, and what is no id', async () => {
    ground.plan([{ name: 'a', command: 'true' }]);
    ground.plan([{ name: 'a', command: 'false' }], { name: 'other.json' });
    await ground.orch('execute', 'plan.json', '--run-id', 'one');
    const other = await ground.orch('execute', 'other.json', '--run-id', 'one');
    expect(other.stderr).toContain('ORCH_WORKFLOW_CHANGED');
    expect(other.code).toBe(2);
    expect((await ground.orch('execute', 'plan.json', '--run-id', '../x')).code).toBe(2);
  });

  test('follows a run that another process drives, and ends as it ends', async () => {
    const { driver, follower } = await startTwice(`${waitForGo}; exit 4`);
    go();
    expect(await driver.ended).toMatchObject({ code: 1 });
    const { code, stdout, stderr } = await follower.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/failed +a: /);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'failed', phases: [{ exitCode: 4 }] });
    expect(ground.lines('starts')).toHaveLength(1);
  });

  test('takes the place of a driver that is killed', async () => {
    const { driver, follower } = await startTwice();
    driver.kill('SIGKILL');
    await follower.says(/adopted +a/);
    go();
    expect(await follower.ended).toMatchObject({ code: 0 });
    expect(ground.lines('starts')).toHaveLength(1);
  });

  test('a follower that is interrupted leaves the run alone', async () => {
    const { driver, follower } = await startTwice();
    follower.kill('SIGINT');
    expect(await follower.ended).toMatchObject({ code: 130, stderr: expect.stringContaining('Run one goes on') });
    go();
    expect(await driver.ended).toMatchObject({ code: 0 });
  });
});
