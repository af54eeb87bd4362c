import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { RunEvent } from '@orch/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { available } from '../../../test/hard/need.ts';
import { startRedis } from '../../backend-redis/test/redis-server.ts';
import type { RedisServer } from '../../backend-redis/test/redis-server.ts';
import { edit } from '../../backend-sqlite/test/stage.ts';
import { Playground, until, waitForGo } from './orch-process.ts';
import { writeRun } from './write-run.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

const journalOf = async (run: string, backend: string): Promise<unknown[]> => {
  const { stdout } = await ground.orch('events', run, '--backend', backend);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
};

/** Every file below a folder, with its content. */
const contentOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(ground.path(folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => [`${parentPath}/${name}`, readFileSync(`${parentPath}/${name}`, 'latin1')]),
  );

async function failHalfway(...args: string[]): Promise<void> {
  ground.plan([
    { name: 'a', command: 'echo a >> log' },
    { name: 'b', command: 'test -e go', retry_count: 1, depends_on: ['a'] },
  ]);
  expect(await ground.orch('execute', 'plan.json', '--run-id', 'one', ...args)).toMatchObject({ code: 1 });
}

describe('a copy', () => {
  test('has every event, goes on where the original stopped, and leaves that as it is', async () => {
    await failHalfway();
    const before = contentOf('.orch/runs');
    const { code, stdout, stderr } = await ground.orch('copy', 'one', '--to', 'sqlite', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      run: 'one',
      from: { run: 'one', backend: 'json' },
      backend: 'sqlite',
      events: 9,
    });
    expect(stderr).toContain('go on with one of them only');
    expect(contentOf('.orch/runs')).toEqual(before);
    expect(await journalOf('one', 'sqlite')).toEqual(await journalOf('one', 'json'));
    const [listed] = await ground.json<unknown[]>('list', '--json', '--backend', 'json');
    expect(await ground.json('list', '--json', '--backend', 'sqlite')).toEqual([
      { ...(listed as object), backend: 'sqlite' },
    ]);
    // Which of the two is meant has to be said.
    for (const text of ['one', 'on', 'demo', 'plan.json'])
      expect(await ground.orch('recover', text)).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/more than one backend[^]*--backend json, or --backend sqlite/),
      });
    writeFileSync(ground.path('go'), '');
    expect(await ground.orch('recover', 'one', '--backend', 'sqlite')).toMatchObject({ code: 0 });
    expect(ground.lines('log')).toEqual(['a']);
    expect(await ground.orch('doctor')).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing damaged') });
  });

  test('goes to another folder of JSON files and back, over several take-ups, and can be recovered there', async () => {
    await failHalfway('--backend', 'sqlite');
    await ground.orch('recover', 'one');
    await ground.orch('recover', 'one');
    expect(await ground.orch('copy', 'one', '--to', 'json:b')).toMatchObject({ code: 0 });
    expect(await ground.orch('copy', 'one', '--backend', 'json:b', '--to', 'sqlite:c.db')).toMatchObject({ code: 0 });
    expect(await journalOf('one', 'sqlite:c.db')).toEqual(await journalOf('one', 'sqlite'));
    writeFileSync(ground.path('go'), '');
    for (const backend of ['json:b', 'sqlite:c.db']) {
      expect(await ground.orch('recover', 'one', '--backend', backend)).toMatchObject({ code: 0 });
      expect(await ground.orch('recover', 'one', '--backend', backend, '--from', 'b')).toMatchObject({ code: 0 });
    }
    expect(await ground.orch('doctor')).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing damaged') });
  });

  test('of a run whose command still runs adopts it', async () => {
    ground.plan([{ name: 'a', command: waitForGo }]);
    const driver = ground.start(['execute', 'plan.json', '--run-id', 'one']);
    await until(
      () => ground.lines('starts').length === 1,
      () => 'the start',
    );
    expect(await ground.orch('copy', 'one', '--to', 'sqlite')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('ORCH_RUN_OWNED'),
    });
    expect(await ground.json('list', '--json', '--backend', 'sqlite')).toEqual([]);
    driver.kill('SIGKILL');
    await driver.ended;
    expect(await ground.orch('copy', 'one', '--to', 'sqlite')).toMatchObject({ code: 0 });
    const renamed = await ground.orch('copy', 'one', '--backend', 'json', '--to', 'json', '--as', 'two');
    expect(renamed.stderr).toMatch(/may still run, which run two starts anew: a/);
    expect(await ground.json('show', 'one', '--json', '--backend', 'sqlite')).toMatchObject({ status: 'interrupted' });
    writeFileSync(ground.path('go'), '');
    expect(await ground.orch('recover', 'one', '--backend', 'sqlite')).toMatchObject({ code: 0 });
    expect(ground.lines('starts')).toHaveLength(1);
  });
});

describe('--valid-prefix', () => {
  test('makes a run of what stands before the damage, which can be recovered, and leaves the damaged one', async () => {
    await failHalfway();
    spoil('journal-1', 'phase.completed');
    const before = contentOf('.orch/runs');
    const { code, stdout, stderr } = await ground.orch('copy', 'one', '--to', 'sqlite', '--valid-prefix', '--json');
    expect(JSON.parse(stdout)).toEqual({
      run: 'one',
      from: { run: 'one', backend: 'json' },
      backend: 'sqlite',
      events: 4,
      lost: { after: 4, code: 'ORCH_JOURNAL_DAMAGED', why: expect.stringContaining('journal-1 is damaged at byte') },
    });
    expect(code).toBe(0);
    expect(stderr).toContain('What is sound in run one of json is run one in sqlite now: 4 events, up to version 4.\n');
    expect(stderr).toMatch(/All from version 5 on is lost: it was known up to version 9\. .* at byte \d+/);
    expect(stderr).toContain('To go on: orch recover one --backend sqlite\n');
    expect(contentOf('.orch/runs')).toEqual(before);
    writeFileSync(ground.path('go'), '');
    expect(await ground.orch('recover', 'one', '--backend', 'sqlite')).toMatchObject({ code: 0 });
    // The journal has lost the end of its first phase; what its command left behind has not.
    expect(ground.lines('log')).toEqual(['a']);
  });

  test('stays in its backend under another id, and takes what several takings have left', async () => {
    await failHalfway();
    await ground.orch('recover', 'one');
    spoil('journal-2', 'run.failed');
    const { code, stderr } = await ground.orch('copy', 'one', '--to', 'json', '--as', 'two', '--valid-prefix');
    expect(stderr).toContain('warning: commands of run one may still run');
    expect(code).toBe(0);
    expect(await ground.json('list', '--json')).toHaveLength(2);
    writeFileSync(ground.path('go'), '');
    expect(await ground.orch('recover', 'two')).toMatchObject({ code: 0 });
    expect(ground.lines('log')).toEqual(['a']);
    expect(await ground.orch('show', 'one')).toMatchObject({ code: 5 });
  });

  test('finds a run that is too damaged to be listed, beside one whose id begins like it', async () => {
    await failHalfway();
    await ground.orch('copy', 'one', '--to', 'json', '--as', 'one-2');
    spoil('journal-1', 'phase.completed');
    rmSync(ground.path('.orch/runs/one/run.json'));
    expect(await ground.json('list', '--json')).toMatchObject([{ runId: 'one-2' }]);
    expect(await ground.orch('copy', 'one', '--to', 'sqlite')).toMatchObject({ code: 5 });
    const copied = await ground.json('copy', 'one', '--to', 'sqlite', '--valid-prefix', '--json');
    expect(copied).toMatchObject({ run: 'one', events: 4 });
  });

  test('copies all of a run that is not damaged', async () => {
    await failHalfway();
    const copied = await ground.orch('copy', 'one', '--to', 'sqlite', '--valid-prefix', '--json');
    expect(copied).toMatchObject({ code: 0, stderr: expect.stringContaining('with all its 9 events') });
    expect(JSON.parse(copied.stdout)).not.toHaveProperty('lost');
  });

  test('is refused while the run is driven, and where nothing is sound', async () => {
    ground.plan([
      { name: 'a', command: 'true' },
      { name: 'b', command: waitForGo, depends_on: ['a'] },
    ]);
    const driver = ground.start(['execute', 'plan.json', '--run-id', 'one', '--backend', 'sqlite']);
    await until(
      () => ground.lines('starts').length === 1,
      () => 'the start',
    );
    edit(ground.path('.orch/orch.db'), `UPDATE commits SET body = replace(body, 'phase.completed', 'phase.complexed')`);
    const copyPrefix = ['copy', 'one', '--to', 'json', '--as', 'two', '--valid-prefix'];
    expect(await ground.orch(...copyPrefix)).toMatchObject({
      code: 4,
      stderr: expect.stringContaining(`driven by process ${driver.child.pid}`),
    });
    driver.kill('SIGKILL');
    await driver.ended;
    writeFileSync(ground.path('go'), '');
    expect(await ground.orch(...copyPrefix)).toMatchObject({ code: 0 });
    expect(await ground.orch('recover', 'two')).toMatchObject({ code: 0 });
    spoil('../two/journal-1', 'run.created');
    expect(await ground.orch('copy', 'two', '--to', 'json:b', '--valid-prefix')).toMatchObject({ code: 5 });
    expect(await ground.json('list', '--json', '--backend', 'json:b')).toEqual([]);
  });
});

/** Changes a letter of the first event of a type in a file of run `one`. */
function spoil(name: string, type: string): void {
  const file = ground.path('.orch/runs/one', name);
  const text = readFileSync(file, 'latin1');
  expect(text).toContain(type);
  writeFileSync(file, text.replace(type, `${type.slice(0, -1)}x`), 'latin1');
}

describe('is refused', () => {
  test('where the id is taken, but for --as', async () => {
    await failHalfway();
    expect(await ground.orch('copy', 'one', '--to', 'json')).toMatchObject({ code: 2 });
    await ground.orch('copy', 'one', '--to', 'json:b');
    const again = await ground.orch('copy', 'one', '--backend', 'json', '--to', 'json:b');
    expect(again).toMatchObject({ code: 2, stderr: expect.stringMatching(/--as ID[^]*ORCH_RUN_EXISTS/) });
    const args = ['copy', 'one', '--backend', 'json', '--to', 'json:b', '--as'];
    expect(await ground.orch(...args, '../two')).toMatchObject({ code: 2 });
    expect(await ground.orch(...args, 'two')).toMatchObject({ code: 0 });
    expect(await ground.json('show', 'two', '--json')).toMatchObject({ runId: 'two', status: 'failed' });
  });

  test('where the original is damaged, and nothing is written', async () => {
    await failHalfway();
    spoil('journal-1', 'phase.completed');
    expect(await ground.orch('copy', 'one', '--to', 'sqlite')).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(
        /what stands before the damage: --valid-prefix\n.*Next: orch doctor\n.*ORCH_JOURNAL_DAMAGED/,
      ),
    });
    expect(await ground.json('list', '--json', '--backend', 'sqlite')).toEqual([]);
  });

  test.each([
    [['copy', 'one'], /--to/],
    [['copy', 'one', '--to', 'mysql'], /ORCH_BACKEND_UNKNOWN/],
    [['copy', 'one', '--to', 'json', '--valid-prefix'], /--as one-2/],
  ])('orch %j', async (args, words) => {
    await failHalfway();
    expect(await ground.orch(...args)).toMatchObject({ code: 2, stderr: expect.stringMatching(words) });
  });
});

describe.skipIf(!available('redis'))('with Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  test('a run moves there and back', async () => {
    await failHalfway();
    expect(await ground.orch('copy', 'one', '--to', server.url)).toMatchObject({ code: 0 });
    expect(await journalOf('one', server.url)).toEqual(await journalOf('one', 'json'));
    writeFileSync(ground.path('go'), '');
    expect(await ground.orch('recover', 'one', '--backend', server.url)).toMatchObject({ code: 0 });
    expect(await ground.orch('copy', 'one', '--backend', server.url, '--to', 'json:back')).toMatchObject({ code: 0 });
    expect(await ground.json('show', 'one', '--json', '--backend', 'json:back')).toMatchObject({ status: 'completed' });
  });

  test('a journal of more than 16 MiB gets there, and goes on', async () => {
    await failHalfway();
    const { stdout } = await ground.orch('events', 'one');
    const begun = stdout.trimEnd().split('\n').slice(0, 7);
    const events = begun.map((line) => JSON.parse(line) as RunEvent);
    const { at, epoch } = events[0]!;
    for (let megabytes = 0; megabytes < 17; megabytes++)
      events.push({ type: 'warning', message: 'x'.repeat(2 ** 20), version: events.length + 1, at, epoch });
    await writeRun(ground.path('big'), { run: 'big', events, status: 'running' });
    expect(await ground.orch('copy', 'big', '--backend', 'json:big', '--to', server.url)).toMatchObject({ code: 0 });
    expect(await journalOf('big', server.url)).toEqual(events);
    writeFileSync(ground.path('go'), '');
    expect(await ground.orch('recover', 'big', '--backend', server.url)).toMatchObject({ code: 0 });
  });

  test('what is sound in a damaged run comes out of it', async () => {
    await failHalfway('--backend', server.url, '--run-id', 'bad');
    const client = server.client();
    const journal = 'orch:{bad}:journal';
    const last = (await client.lindex(journal, -1)) ?? '';
    await client.lset(journal, -1, last.replace('run.failed', 'run.failex'));
    const { code, stderr } = await ground.orch('copy', 'bad', '--to', 'sqlite', '--valid-prefix');
    expect(stderr).toMatch(/up to version 8\.\nAll from version 9 on is lost: it was known up to version 10\./);
    expect(code).toBe(0);
    writeFileSync(ground.path('go'), '');
    // What was lost is that b failed: its attempt tells.
    expect(await ground.orch('recover', 'bad', '--backend', 'sqlite')).toMatchObject({ code: 1 });
    expect(await ground.orch('recover', 'bad', '--backend', 'sqlite')).toMatchObject({ code: 0 });
  });
});
