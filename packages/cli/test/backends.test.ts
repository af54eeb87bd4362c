import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { RunEvent } from '@orch/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { available } from '../../../test/hard/need.ts';
import { startRedis } from '../../backend-redis/test/redis-server.ts';
import type { RedisServer } from '../../backend-redis/test/redis-server.ts';
import { addToBackendsText } from '../src/backend/backends-file.ts';
import { Playground, until, waitForGo } from './orch-process.ts';
import type { Ended } from './orch-process.ts';
import { writeRun } from './write-run.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

/** The names in `backends.json`. */
function known(): readonly string[] {
  const { backends } = JSON.parse(ground.read('.orch/backends.json')) as { backends: readonly { name: string }[] };
  return backends.map(({ name }) => name);
}

describe.each(['sqlite', 'sqlite:runs.db', 'json:elsewhere'])('with %s', (backend) => {
  const name = (): string => backend.replace(':', `:${ground.folder}/`);

  test('a run is driven, found by every command, and its logs are in the state folder', async () => {
    ground.plan([
      { name: 'a', command: 'echo from a' },
      { name: 'b', command: 'test -e go', retry_count: 1, depends_on: ['a'] },
    ]);
    const { code, stderr } = await ground.orch('execute', 'plan.json', '--backend', backend, '--run-id', 'one');
    expect(code).toBe(1);
    expect(stderr).toContain('To go on: orch recover one\n');
    expect(known()).toEqual([name()]);
    expect(statSync(ground.path('.orch/backends.json')).mode & 0o777).toBe(0o600);
    expect(ground.read('.orch/.gitignore')).toBe('*\n');
    expect(existsSync(ground.path('.orch/runs/one/journal-1'))).toBe(false);
    expect(await ground.json('list', '--json')).toMatchObject([{ runId: 'one', status: 'failed', backend: name() }]);
    expect((await ground.orch('list')).stdout).toMatch(/BACKEND\none .*(sqlite|json:)/);
    const shown = await ground.json('show', 'plan.json', '--json');
    expect(shown).toMatchObject({ backend: name(), logs: [{ folder: ground.path('.orch') }] });
    const { stdout } = await ground.orch('show', 'on');
    expect(stdout).toContain(`Backend  ${name()}\n`);
    expect(stdout).toMatch(new RegExp(`^Logs +${ground.path('.orch')} on \\S+$`, 'm'));
    expect((await ground.orch('logs', 'demo', 'a')).stdout).toBe('from a\n');
    expect((await ground.orch('events', 'one')).stdout).toMatch(/^\{.*"type":"run.created"/);
    expect(await ground.orch('doctor')).toMatchObject({ code: 0, stdout: expect.stringContaining('1 run, nothing') });
    writeFileSync(ground.path('go'), '');
    expect(await ground.orch('recover', 'one')).toMatchObject({ code: 0 });
    expect(await ground.json('list', '--json')).toMatchObject([{ runId: 'one', status: 'completed' }]);
  });

  test('a run whose process was killed is taken up, and its command adopted', async () => {
    ground.plan([{ name: 'a', command: waitForGo }]);
    const driver = ground.start(['execute', 'plan.json', '--backend', backend, '--run-id', 'one']);
    await until(
      () => ground.lines('starts').length === 1,
      () => 'the start',
    );
    driver.kill('SIGKILL');
    await driver.ended;
    writeFileSync(ground.path('go'), '');
    expect(await ground.orch('recover', 'one')).toMatchObject({ code: 0 });
    expect(ground.lines('starts')).toHaveLength(1);
  });

  test('a run can be cancelled', async () => {
    ground.plan([{ name: 'a', command: waitForGo }]);
    const driver = ground.start(['execute', 'plan.json', '--backend', backend, '--run-id', 'one']);
    await until(
      () => ground.lines('starts').length === 1,
      () => 'the start',
    );
    expect(await ground.orch('cancel', 'one')).toMatchObject({ code: 0 });
    expect(await driver.ended).toMatchObject({ code: 1 });
  });
});

describe('which backend', () => {
  const execute = (args: readonly string[], env: Record<string, string> = {}): Promise<Ended> =>
    ground.start(['execute', 'plan.json', ...args], { env }).ended;

  test('--backend comes before ORCH_BACKEND, that before the plan, and all are searched', async () => {
    const env = { ORCH_BACKEND: 'json:c' };
    ground.plan([{ name: 'a', command: 'true' }], { state_backend: 'sqlite' });
    expect(await execute(['--backend', 'json:b', '--run-id', 'flag'], env)).toMatchObject({ code: 0 });
    expect(await execute(['--run-id', 'variable'], env)).toMatchObject({ code: 0 });
    expect(await execute(['--run-id', 'plan'])).toMatchObject({ code: 0 });
    ground.plan([{ name: 'a', command: 'true' }]);
    expect(await execute(['--run-id', 'none'])).toMatchObject({ code: 0 });
    const runs = await ground.json<readonly { runId: string; backend: string }[]>('list', '--json');
    expect(runs.map(({ runId, backend }) => [runId, backend])).toEqual([
      ['none', 'json'],
      ['plan', 'sqlite'],
      ['variable', `json:${ground.path('c')}`],
      ['flag', `json:${ground.path('b')}`],
    ]);
    for (const run of ['flag', 'plan', 'variable', 'none'])
      expect(await ground.json('show', run, '--json')).toMatchObject({ runId: run });
    // The latest of them, wherever it is.
    expect(await ground.json('show', 'demo', '--json')).toMatchObject({ runId: 'none' });
    expect(await ground.json('list', '--json', '--backend', 'sqlite')).toMatchObject([{ runId: 'plan' }]);
    expect(await ground.orch('show', 'flag', '--backend', 'sqlite')).toMatchObject({ code: 3 });
  });

  test('a run id that another backend has is refused', async () => {
    ground.plan([{ name: 'a', command: 'true' }]);
    await execute(['--run-id', 'one', '--backend', 'sqlite']);
    const { code, stderr } = await execute(['--run-id', 'one']);
    expect(stderr).toMatch(/Run one is in sqlite[^]*--backend sqlite[^]*ORCH_RUN_EXISTS/);
    expect(code).toBe(2);
    expect(await execute(['--run-id', 'one', '--backend', 'sqlite'])).toMatchObject({ code: 0 });
    expect(await ground.json('list', '--json')).toHaveLength(1);
  });

  test.each([['mysql'], ['redis:hush'], ['json:']])('--backend %s is refused with 2', async (backend) => {
    ground.plan([{ name: 'a', command: 'true' }]);
    const { code, stderr } = await execute(['--backend', backend]);
    expect(stderr).toMatch(/--backend[^]*There are: json, [^]*ORCH_BACKEND_UNKNOWN/);
    expect(stderr).not.toContain('hush');
    expect(code).toBe(2);
    expect(existsSync(ground.path('.orch'))).toBe(false);
  });

  test('two processes that use two backends for the first time note both', async () => {
    ground.plan([{ name: 'a', command: 'true' }]);
    const names = ['json:b', 'json:c', 'json:d', 'sqlite'];
    await Promise.all(names.map((name) => execute(['--backend', name])));
    expect(known().toSorted()).toEqual([
      ...names.slice(0, 3).map((it) => it.replace(':', `:${ground.folder}/`)),
      'sqlite',
    ]);
  });

  test('a backends.json that is not ours is named, left alone, and stops nothing', async () => {
    ground.plan([{ name: 'a', command: 'true' }]);
    await execute(['--run-id', 'one']);
    ground.write('.orch/backends.json', '{"format": 2, "backends": []}');
    const shown = await ground.orch('show', 'one');
    expect(shown).toMatchObject({ code: 0, stderr: expect.stringMatching(/backends\.json is not what orch wrote/) });
    expect(await ground.orch('doctor')).toMatchObject({
      code: 5,
      stdout: expect.stringMatching(/^error .*backends\.json is not what orch wrote\. \[ORCH_STATE_BACKENDS\]/),
    });
    expect(await execute(['--backend', 'sqlite', '--run-id', 'two'])).toMatchObject({ code: 0 });
    expect(ground.read('.orch/backends.json')).toBe('{"format": 2, "backends": []}');
    expect(await ground.orch('show', 'two', '--backend', 'sqlite')).toMatchObject({ code: 0 });
  });
});

test('a driver is loaded by the commands that need it', async () => {
  ground.plan([{ name: 'a', command: 'true' }]);
  const preload = ground.write(
    'loaded.cjs',
    `process.on('exit', () => require('node:fs').writeFileSync('loaded', Object.keys(require.cache).join('\\n')));`,
  );
  const env = { NODE_OPTIONS: `--require ${preload}` };
  const loaded = async (...args: string[]): Promise<string> => {
    expect(await ground.start(args, { env }).ended).toMatchObject({ code: 0 });
    return ground.read('loaded');
  };
  const drivers = /better-sqlite3|ioredis/;
  expect(await loaded('--help')).toContain('loaded.cjs');
  for (const args of [['--help'], ['execute', 'plan.json', '--run-id', 'one'], ['show', 'one'], ['recover', 'demo']])
    expect(await loaded(...args)).not.toMatch(drivers);
  expect(await loaded('execute', 'plan.json', '--backend', 'sqlite')).toMatch(/better-sqlite3/);
});

test('logs that are on another machine are said to be there', async () => {
  ground.plan([{ name: 'a', command: 'echo hi; exit 1', retry_count: 1 }]);
  await ground.orch('execute', 'plan.json', '--backend', 'json:shared', '--run-id', 'one');
  // What another machine has written.
  const { stdout: events } = await ground.orch('events', 'one');
  const theirs = events
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent)
    .map((event) => (event.type === 'plugin.recorded' ? { ...event, value: buildSeven } : event));
  await writeRun(ground.path('theirs'), { run: 'one', events: theirs, status: 'failed' });
  const other = (...args: string[]): Promise<Ended> => ground.orch(...args, '--backend', 'json:theirs');
  // As if it had been brought into the state folder here.
  expect(await other('logs', 'one', 'a')).toMatchObject({ code: 0, stdout: 'hi\n', stderr: '' });
  rmSync(ground.path('.orch/runs/one'), { recursive: true });
  const { code, stdout, stderr } = await other('logs', 'one', 'a');
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(stderr).toMatch(/The log of a, attempt 1, is on build-7: \/srv\/state\/runs\/one\/attempts\/a\.1\.\w+\.log/);
  const shown = await other('show', 'one');
  expect(shown.stdout).toMatch(/^Logs +\/srv\/state on build-7$/m);
  expect(shown.stdout).toMatch(/log: build-7:\/srv\/state\/runs/);
});

const buildSeven = { host: 'build-7', machine: 'another', folder: '/srv/state' };

test.each(['5', '-1s', 'soon'])('a wait for Redis of %j is refused', async (wait) => {
  ground.plan([{ name: 'a', command: 'touch ran' }]);
  const env = { ORCH_REDIS_RECONNECT: wait };
  const { code, stderr } = await ground.start(['execute', 'plan.json', '--backend', 'redis'], { env }).ended;
  expect(code).toBe(2);
  expect(stderr).toContain(`ORCH_REDIS_RECONNECT is "${wait}", which is no duration.`);
  expect(existsSync(ground.path('ran'))).toBe(false);
});

const withRedis = describe.skipIf(!available('redis'));

withRedis('with Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis(['--appendonly', 'yes', '--appendfsync', 'always', '--requirepass', 'secret-word']);
  });
  afterAll(() => server.stop());

  test('a run is driven and found; the password is in no file, and comes from the environment', async () => {
    ground.plan([{ name: 'a', command: 'echo hi' }], { state_backend: 'redis' });
    const name = `redis://127.0.0.1:${server.port}/0`;
    const env = { REDIS_URL: `redis://:secret-word@127.0.0.1:${server.port}` };
    const orch = (...args: string[]): Promise<Ended> => ground.start(args, { env }).ended;
    expect(await orch('execute', 'plan.json', '--run-id', 'one')).toMatchObject({ code: 0 });
    expect(known()).toEqual([name]);
    expect(JSON.parse((await orch('show', 'one', '--json')).stdout)).toMatchObject({ backend: name });
    expect((await orch('logs', 'one')).stdout).toContain('hi\n');
    const without = await ground.orch('show', 'one');
    expect(without.code).toBe(5);
    expect(without.stderr).toMatch(/asks for a password[^]*REDIS_URL[^]*ORCH_BACKEND_UNAVAILABLE/);
    expect(without.stderr + ground.read('.orch/backends.json')).not.toContain('secret-word');
  });

  test('runs of another prefix are apart, and found again by their place', async () => {
    ground.plan([{ name: 'a', command: 'true' }]);
    const name = `redis://127.0.0.1:${server.port}/0?prefix=nightly`;
    const url = name.replace('127', ':secret-word@127');
    const env = { REDIS_URL: `redis://:secret-word@127.0.0.1:${server.port}` };
    expect(await ground.orch('execute', 'plan.json', '--run-id', 'two', '--backend', url)).toMatchObject({ code: 0 });
    expect(known()).toEqual([name]);
    const shown = await ground.start(['show', 'two', '--json'], { env }).ended;
    expect(JSON.parse(shown.stdout)).toMatchObject({ runId: 'two', backend: name });
    const elsewhere = await ground.start(['show', 'two', '--backend', 'redis'], { env }).ended;
    expect(elsewhere).toMatchObject({ code: 3 });
  });

  test('of a server that is away nobody says that it has no runs', async () => {
    ground.write('.orch/backends.json', addToBackendsText({ lines: [] }, 'redis://127.0.0.1:1/0'));
    const said = `There are no runs in ${ground.path('.orch')}.\n`;
    for (const command of ['list', 'stats'])
      expect(await ground.orch(command)).toMatchObject({ code: 0, stderr: expect.stringContaining(said) });
    const alone = await ground.orch('stats', '--backend', 'redis://127.0.0.1:1/0');
    expect(alone.stderr).toMatch(/^Whether there are runs is not known\.$/m);
  });

  test('a server that is away hides no other run, and is named where it may matter', async () => {
    ground.plan([{ name: 'a', command: 'true' }]);
    await ground.orch('execute', 'plan.json', '--run-id', 'one');
    ground.write('.orch/backends.json', addToBackendsText({ lines: [] }, 'redis://127.0.0.1:1/0'));
    expect(await ground.orch('show', 'one')).toMatchObject({ code: 0 });
    const listed = await ground.orch('list', '--json');
    expect(listed).toMatchObject({ code: 0, stderr: expect.stringContaining('redis://127.0.0.1:1/0 are missing') });
    expect(JSON.parse(listed.stdout)).toMatchObject([{ runId: 'one' }]);
    // The latest run of the workflow may be there.
    expect(await ground.orch('recover', 'demo')).toMatchObject({ code: 5 });
    // It may be that of a run whose journal is there.
    mkdirSync(ground.path('.orch/runs/two/attempts'), { recursive: true });
    const { code, stdout } = await ground.orch('doctor');
    expect(stdout).toContain('redis://127.0.0.1:1');
    expect(stdout).not.toContain('ORCH_STATE_FOREIGN');
    expect(code).toBe(5);
  });
});
