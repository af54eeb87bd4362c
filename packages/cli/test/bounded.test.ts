import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { tailStart } from '../src/run/tail-start.ts';
import { Playground, until, waitForGo } from './orch-process.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

describe('where the last lines of a file begin', () => {
  const folder = mkdtempSync(join(tmpdir(), 'orch-tail-'));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const tail = async (text: string, lines: number): Promise<string> => {
    const path = join(mkdtempSync(`${folder}-`), 'log');
    writeFileSync(path, text);
    await using file = await open(path);
    return text.slice(await tailStart(file, lines));
  };

  test.each([
    ['', 3, ''],
    ['a\nb\nc\n', 2, 'b\nc\n'],
    ['a\nb\nc', 2, 'b\nc'],
    ['a\nb\n\n', 2, 'b\n\n'],
    ['a\n', 5, 'a\n'],
    ['a\nb\n', 0, ''],
    ['\n\n\n', 1, '\n'],
  ])('%j, the last %i: %j', async (text, lines, last) => {
    expect(await tail(text, lines)).toBe(last);
  });

  test('across the pieces in which it is read', async () => {
    const lines = Array.from({ length: 200 }, (_, index) => `${index} ${'x'.repeat(index % 2 === 0 ? 1 : 3_000)}\n`);
    for (const count of [1, 21, 43, 199]) expect(await tail(lines.join(''), count)).toBe(lines.slice(-count).join(''));
  });

  test('of a line without an end, no more than 4 KiB', async () => {
    expect(await tail('x'.repeat(100_000), 2)).toHaveLength(2 * 4_096);
  });
});

describe('logs --tail', () => {
  test('prints the last lines of a phase, and says what it leaves out', async () => {
    ground.plan([{ name: 'a', command: 'seq 1 50000' }]);
    await ground.orch('execute', 'plan.json', '--run-id', 'one');
    const { code, stdout, stderr } = await ground.orch('logs', 'one', 'a', '--tail', '2');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '49999\n50000\n' });
    expect(stderr).toMatch(/^288882 bytes before these lines are left out of .*\.log\n$/);
    expect(await ground.orch('logs', 'one', 'a', '--tail', '0')).toMatchObject({ code: 0, stdout: '' });
  });

  test('is of each attempt where all are printed, without words for each', async () => {
    ground.plan([
      { name: 'a', command: 'seq 1 9' },
      { name: 'b', command: 'seq 11 19' },
    ]);
    await ground.orch('execute', 'plan.json', '--run-id', 'one');
    expect(await ground.orch('logs', 'one', '--tail', '1')).toMatchObject({
      stdout: '==> a, attempt 1 <==\n9\n\n==> b, attempt 1 <==\n19\n',
      stderr: '',
    });
  });

  test('followed goes on from there', async () => {
    ground.plan([{ name: 'a', command: `seq 1 9; ${waitForGo}; echo end` }]);
    const driver = ground.start(['execute', 'plan.json', '--run-id', 'one']);
    await until(
      () => ground.lines('starts').length === 1,
      () => 'the start',
    );
    const follower = ground.start(['logs', 'one', 'a', '-f', '--tail', '1']);
    await until(
      () => follower.stdout === '9\n',
      () => 'the last line',
    );
    ground.write('go', '');
    expect(await follower.ended).toMatchObject({ code: 0, stdout: '9\nend\n' });
    expect(await driver.ended).toMatchObject({ code: 0 });
  });
});

test('list --limit prints the newest, and says that there are more', async () => {
  ground.plan([{ name: 'a', command: 'true' }]);
  for (const id of ['one', 'two', 'three']) await ground.orch('execute', 'plan.json', '--run-id', id);
  await ground.orch('execute', 'plan.json', '--run-id', 'four', '--backend', 'sqlite');
  const { stdout, stderr } = await ground.orch('list', '--limit', '2');
  expect(stdout.match(/^(four|three|two|one)/gm)).toEqual(['four', 'three']);
  expect(stderr).toBe('These are the newest 2; there are more.\n');
  expect(await ground.json('list', '--limit', '1', '--backend', 'json', '--json')).toMatchObject([{ runId: 'three' }]);
  expect(await ground.orch('list', '--limit', '4')).toMatchObject({ stderr: '' });
});

test('show --limit prints what failed or runs before the rest, and says how much is left out', async () => {
  ground.plan([
    { name: 'fine', command: 'true', depends_on: [] },
    { name: 'forgiven', command: 'false', retry_count: 1, continue_on_failure: true, depends_on: [] },
    { name: 'bad', command: 'false', retry_count: 1, depends_on: [] },
    { name: 'left', command: 'true', depends_on: ['bad'] },
  ]);
  await ground.orch('execute', 'plan.json', '--run-id', 'one', '--output', 'none');
  const names = async (limit: string): Promise<readonly string[]> =>
    (await ground.json<{ phases: { name: string }[] }>('show', 'one', '--limit', limit, '--json')).phases.map(
      ({ name }) => name,
    );
  expect(await names('3')).toEqual(['bad', 'left', 'fine']);
  expect(await names('4')).toEqual(['fine', 'forgiven', 'bad', 'left']);
  const { criticalPath } = await ground.json<{ criticalPath: { steps: object[] } }>(
    'show',
    'one',
    '--limit',
    '1',
    '--json',
  );
  expect(criticalPath.steps).toHaveLength(1);
  const { stdout, stderr } = await ground.orch('show', 'one', '--limit', '1');
  expect(stdout).toMatch(/^failed +bad/m);
  expect(stdout).not.toMatch(/^\w+ +(?:fine|forgiven|left) /m);
  expect(stderr).toBe('3 more phases are left out.\n');
  expect((await ground.orch('show', 'one', '--limit', '3')).stderr).toBe('1 more phase is left out.\n');
});

test('a checkpoint that there is not is answered with the latest ones', async () => {
  ground.plan(Array.from({ length: 25 }, (_, index) => ({ name: `p${index}`, command: 'true' })));
  await ground.orch('execute', 'plan.json', '--run-id', 'one', '--output', 'none');
  const { code, stderr } = await ground.orch('recover', 'one', '--checkpoint', 'none');
  expect(code).toBe(3);
  expect(stderr).toMatch(/The latest 20 of 25 are: p5@\d+, .*, p24@\d+\n/);
});

test('events --limit prints a page of the journal, --after the next', async () => {
  ground.plan([{ name: 'a', command: 'true' }]);
  await ground.orch('execute', 'plan.json', '--run-id', 'one');
  const all = (await ground.orch('events', 'one')).stdout.split('\n');
  const first = await ground.orch('events', 'one', '--limit', '2');
  const next = await ground.orch('events', 'one', '--after', '2', '--limit', '2');
  expect([...first.stdout.split('\n').slice(0, -1), ...next.stdout.split('\n').slice(0, -1)]).toEqual(all.slice(0, 4));
});

test('--output summary says nothing but how it ended, however large the plan and the lines of its logs', async () => {
  ground.plan(
    Array.from({ length: 40 }, (_, index) => ({
      name: `phase ${index}`,
      command: "i=0; while [ $i -lt 25 ]; do printf '%3000s\\n' x; i=$((i+1)); done; exit 3",
      retry_count: 1,
      depends_on: [],
    })),
  );
  const { code, stdout, stderr } = await ground.orch('execute', 'plan.json', '--run-id', 'one', '--output', 'summary');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^\nRun one of demo: failed after/);
  expect(stderr).toContain('and 30 more failed: orch show one\n');
  expect(stderr).toMatch(/\nTo go on: orch recover one\n$/);
  expect(stderr.split('\n').length).toBeLessThan(250);
  expect(stderr.split('\n').filter((line) => line.length > 1_100)).toEqual([]);
});
