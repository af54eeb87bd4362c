import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isAlive, Playground, until, waitForGo } from './orch-process.ts';
import type { OrchProcess, Result } from './orch-process.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

const go = (): void => writeFileSync(ground.path('go'), '');
const started = (times = 1): Promise<void> =>
  until(
    () => ground.lines('starts').length === times,
    () => `start ${times}`,
  );
const commandPid = (): number => Number(ground.lines('starts').at(-1));

/** A run in the middle of its second phase. */
async function startRun(command = waitForGo): Promise<OrchProcess> {
  ground.plan([
    { name: 'first', command: 'echo x >> first' },
    { name: 'second', command, depends_on: ['first'] },
    { name: 'third', command: 'echo x >> third', depends_on: ['second'] },
  ]);
  const orch = ground.start(['execute', 'plan.json', '--run-id', 'one']);
  await started();
  return orch;
}

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s', (signal, exitCode) => {
  test(`ends the command, keeps the run, and ends with ${exitCode}`, async () => {
    const orch = await startRun();
    orch.kill(signal);
    const { code, stderr } = await orch.ended;
    expect(code).toBe(exitCode);
    expect(stderr).toMatch(/Stopping run one; once more kills the commands. To go on: orch recover one/);
    expect(stderr).toMatch(/interrupted +second/);
    expect(isAlive(commandPid())).toBe(false);
    expect((await ground.json<Result>('show', 'one', '--json')).status).toBe('interrupted');
    go();
    expect(await ground.orch('recover', 'one')).toMatchObject({ code: 0 });
    expect(ground.lines('first')).toHaveLength(1);
    expect(ground.lines('starts')).toHaveLength(2);
    expect(ground.lines('third')).toHaveLength(1);
  });
});

test('a second Ctrl-C kills a command that does not listen', async () => {
  const orch = await startRun(`trap '' TERM INT; ${waitForGo}`);
  orch.kill('SIGINT');
  await orch.says(/Stopping run one/);
  orch.kill('SIGINT');
  const { code, stderr } = await orch.ended;
  expect(stderr).toContain('Killing the commands of run one');
  expect(code).toBe(130);
  await until(
    () => !isAlive(commandPid()),
    () => 'the end of the command',
  );
});

test('SIGHUP lets the command go on, and recover adopts it', async () => {
  const orch = await startRun();
  const pid = commandPid();
  orch.kill('SIGHUP');
  expect(await orch.ended).toMatchObject({ code: 129, stderr: expect.stringContaining('orch recover one') });
  expect(isAlive(pid)).toBe(true);
  const second = ground.start(['recover', 'one', '--json']);
  await second.says(/adopted +second/);
  expect(isAlive(pid)).toBe(true);
  go();
  const { code, stdout } = await second.ended;
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    status: 'completed',
    phases: [{ attempts: 1 }, { attempts: 1 }, { attempts: 1 }],
  });
  expect(ground.lines('starts')).toHaveLength(1);
});

test('SIGHUP of a terminal that is gone', async () => {
  const orch = await startRun();
  orch.child.stderr?.destroy();
  orch.child.stdout?.destroy();
  orch.kill('SIGHUP');
  expect(await orch.ended).toMatchObject({ code: 129 });
  expect(isAlive(commandPid())).toBe(true);
  go();
  expect(await ground.orch('recover', 'one')).toMatchObject({ code: 0 });
  expect(ground.lines('starts')).toHaveLength(1);
});

test('kill -9 of orch: the command goes on and is adopted', async () => {
  const orch = await startRun();
  orch.kill('SIGKILL');
  await orch.ended;
  expect(isAlive(commandPid())).toBe(true);
  const second = ground.start(['resume', 'demo']);
  await second.says(/adopted +second: attempt 1/);
  go();
  const { code, stderr } = await second.ended;
  expect(code).toBe(0);
  expect(stderr).toMatch(/taken up with 1 completed/);
  expect(ground.lines('starts')).toHaveLength(1);
});

test('kill -9 of orch and its command: the phase runs again', async () => {
  const orch = await startRun();
  orch.kill('SIGKILL');
  await orch.ended;
  const pid = commandPid();
  process.kill(-processGroupOf(pid), 'SIGKILL');
  await until(
    () => !isAlive(pid),
    () => 'the end of the command',
  );
  go();
  expect(await ground.orch('recover', 'one')).toMatchObject({ code: 0 });
  expect(ground.lines('starts')).toHaveLength(2);
});

test('of two recovers at once one drives, the other ends with 4 and says who', async () => {
  const orch = await startRun();
  orch.kill('SIGKILL');
  await orch.ended;
  const both = [ground.start(['recover', 'one']), ground.start(['recover', 'one'])];
  const loser = await Promise.race(both.map(({ ended }) => ended));
  expect(loser.code).toBe(4);
  const winner = both.find(({ child }) => child.exitCode === null);
  expect(loser.stderr).toContain(`process ${winner?.child.pid}`);
  expect(loser.stderr).toContain('--take-over');
  go();
  expect(await winner?.ended).toMatchObject({ code: 0 });
  expect(ground.lines('starts')).toHaveLength(1);
});

test('--take-over ends a live driver and adopts its command', async () => {
  const orch = await startRun();
  const second = ground.start(['recover', 'one', '--take-over']);
  expect(await orch.ended).toMatchObject({ signal: 'SIGKILL' });
  await second.says(/adopted +second/);
  go();
  expect(await second.ended).toMatchObject({ code: 0 });
  expect(ground.lines('starts')).toHaveLength(1);
});

function processGroupOf(pid: number): number {
  const [, rest = ''] = ground.read(`../../proc/${pid}/stat`).split(') ');
  const group = Number(rest.split(' ')[2]);
  if (!(group > 1)) throw new Error(`no group of ${pid}`);
  return group;
}
