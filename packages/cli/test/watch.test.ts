import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { available } from '../../../test/hard/need.ts';
import { startRedis } from '../../backend-redis/test/redis-server.ts';
import { Playground, until, waitForGo } from './orch-process.ts';
import type { OrchProcess } from './orch-process.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

const go = (): void => writeFileSync(ground.path('go'), '');

/** A run that another process drives, in its second phase. */
async function startRun(command = waitForGo, ...args: string[]): Promise<OrchProcess> {
  ground.plan([
    { name: 'a', command: 'true' },
    { name: 'b', command, retry_count: 1, depends_on: ['a'] },
  ]);
  const driver = ground.start(['execute', 'plan.json', '--run-id', 'one', ...args]);
  await until(
    () => ground.lines('starts').length === 1,
    () => 'the start',
  );
  return driver;
}

describe.each(['json', 'sqlite', 'json:elsewhere'])('watch of a run in %s', (backend) => {
  test('shows what happens until the run ends, and ends as it does', async () => {
    await followsToTheEnd(backend);
  });
});

test.runIf(available('redis'))('watch of a run on a Redis server', async () => {
  const server = await startRedis();
  try {
    await followsToTheEnd(server.url);
  } finally {
    await server.stop();
  }
});

async function followsToTheEnd(backend: string): Promise<void> {
  const driver = await startRun(`${waitForGo}; exit 4`, '--backend', backend);
  const watcher = ground.start(['watch', 'plan.json', '--json']);
  await watcher.says(/Run one is driven by process \d+ on \S+ since .*: 1 of 2 phases completed. Following it./);
  go();
  const { code, stdout, stderr } = await watcher.ended;
  expect(stderr).toMatch(/failed +b: attempt 1\/1, .*exit code 4/);
  expect(stderr).toMatch(/Run one of demo: failed after/);
  expect(JSON.parse(stdout)).toMatchObject({ status: 'failed', phases: [{}, { exitCode: 4 }] });
  expect(code).toBe(1);
  expect((await driver.ended).code).toBe(1);
}

describe('watch', () => {
  test('goes on where somebody takes the place of the driver', async () => {
    const driver = await startRun();
    const watcher = ground.start(['watch', 'one', '--output', 'ndjson']);
    await watcher.says(/Following it/);
    const taker = ground.start(['recover', 'one', '--take-over']);
    await taker.says(/adopted +b/);
    go();
    expect((await taker.ended).code).toBe(0);
    const { code, stdout } = await watcher.ended;
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; version?: number });
    expect(events.map(({ type }) => type)).toEqual([
      'hello',
      'run.started',
      'phase.adopted',
      'phase.completed',
      'run.completed',
      'end',
    ]);
    const versions = events.slice(1, -1).map(({ version = 0 }) => version);
    expect(versions).toEqual(versions.map((_, at) => (versions[0] ?? 0) + at));
    expect(code).toBe(0);
    expect((await driver.ended).signal).toBe('SIGKILL');
  });

  test('of a run whose driver is gone for good says so, and how to go on', async () => {
    const driver = await startRun();
    const watcher = ground.start(['watch', 'one', '--json']);
    await watcher.says(/Following it/);
    driver.kill('SIGKILL');
    const { code, stdout, stderr } = await watcher.ended;
    expect(stderr).toMatch(/Whoever drove run one is gone\.[^]*To go on: orch recover one\n/);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'interrupted' });
    expect(code).toBe(130);
    go();
  });

  test('of a run that its driver stopped ends at once', async () => {
    const driver = await startRun();
    const watcher = ground.start(['watch', 'one']);
    await watcher.says(/Following it/);
    driver.kill('SIGINT');
    const { code, stderr } = await watcher.ended;
    expect(stderr).toMatch(/Run one of demo: interrupted[^]*To go on: orch recover one\n/);
    expect(stderr).not.toContain('is gone');
    expect(code).toBe(130);
  });

  test('of a run that nobody drives says so', async () => {
    const driver = await startRun();
    driver.kill('SIGKILL');
    await driver.ended;
    const { code, stderr } = await ground.orch('watch', 'one');
    expect(stderr).toMatch(/^Nobody drives run one\.\n[^]*To go on: orch recover one\n$/);
    expect(code).toBe(130);
    go();
  });

  test('of a run that has ended shows its end, and ends as it did', async () => {
    go();
    await (
      await startRun(`${waitForGo}; exit 3`)
    ).ended;
    const ended = await ground.orch('watch', 'one', '--json');
    expect(ended.stderr).toMatch(/Run one of demo: failed[^]*failed b: exit code 3/);
    expect(JSON.parse(ended.stdout)).toMatchObject({ run: 'one', status: 'failed' });
    expect(ended.code).toBe(1);
    expect(await ground.orch('watch', 'none')).toMatchObject({ code: 3 });
  });

  test('that is interrupted leaves the run alone', async () => {
    const driver = await startRun();
    const watcher = ground.start(['watch', 'one']);
    await watcher.says(/Following it/);
    watcher.kill('SIGTERM');
    expect(await watcher.ended).toMatchObject({ code: 143, stderr: expect.stringContaining('Run one goes on') });
    go();
    expect((await driver.ended).code).toBe(0);
  });
});
