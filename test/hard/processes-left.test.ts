import { spawn } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { isAlive, until } from '../../packages/cli/test/orch-process.ts';
import { killHard } from '../../scripts/trial/processes.ts';
import { runId, stagePerTest } from './processes/stage.ts';
import type { OddPhase, Stage } from './processes/stage.ts';
import { survivors, trialVariable } from './processes/sweep.ts';
import { completed, failedWith, verdictOf } from './processes/verdict.ts';
import type { Verdict } from './processes/verdict.ts';

const stage = stagePerTest();

async function pidPrintedBy(on: Stage, phase: string): Promise<number> {
  const pid = (): number => Number(/^\d+$/m.exec(on.logOf(phase))?.[0] ?? 0);
  await until(
    () => pid() > 1,
    () => `the pid that ${phase} prints`,
  );
  return pid();
}

describe('in the background when the command ends', () => {
  const cases: readonly [name: string, command: string, verdict: Verdict][] = [
    ['plain', 'sleep 600 & echo $!; exit 0', completed],
    ['plain-failed', 'sleep 600 & echo $!; exit 3', failedWith(3)],
    ['grandchild', "sh -c 'sleep 600 & echo $!; exit 3'", failedWith(3)],
    ['TERM-ignored', `trap '' TERM; sleep 600 & echo $!; exit 3`, failedWith(3)],
    ['stopped', 'sleep 600 & kill -STOP $!; echo $!; exit 3', failedWith(3)],
    ['silent-and-scrubbed', 'env -i sleep 600 >/dev/null 2>&1 </dev/null & echo $!; exit 3', failedWith(3)],
    ['nohup', 'nohup sleep 600 & echo $!; exit 3', failedWith(3)],
    ['disowned', '( sleep 600 & echo $! ); exit 3', failedWith(3)],
    ['a-pipe-to-it', 'mkfifo pipe; sleep 600 <pipe & echo $!; exec 3>pipe; exit 3', failedWith(3)],
  ];

  test('what stays in its group is ended before the phase counts as ended', async () => {
    stage().drive(cases.map(([name, command]) => ({ name, command, grace: '300ms' })));
    await stage().ended();
    const phases = await stage().phases();
    expect(Object.fromEntries(Array.from(phases, ([name, phase]) => [name, verdictOf(phase)]))).toEqual(
      Object.fromEntries(cases.map(([name, , verdict]) => [name, verdict])),
    );
    for (const [name] of cases) expect(isAlive(await pidPrintedBy(stage(), name)), name).toBe(false);
    expect(stage().warnings).toEqual([]);
  });

  test('leave_running lets them be', async () => {
    stage().drive([{ name: 'left', command: 'sleep 600 & echo $!; exit 3', leave_running: true }]);
    await stage().ended();
    await endSurvivor(stage(), await pidPrintedBy(stage(), 'left'), 'trial');
    expect(verdictOf((await stage().phases()).get('left')!)).toEqual(failedWith(3));
  });

  test('a daemon in a session of its own outlives a success, as documented', async () => {
    stage().drive([{ name: 'daemon', command: `${daemon('setsid')}; exit 0` }]);
    await stage().ended();
    await endSurvivor(stage(), await pidPrintedBy(stage(), 'daemon'), 'key');
    expect(verdictOf((await stage().phases()).get('daemon')!)).toEqual(completed);
  });
});

test('a daemon that leaves its group, its environment and its output outlives a cancel too, as documented', async () => {
  const orchestrator = stage().drive([{ name: 'hidden', command: `(${daemon('env -i setsid')}); sleep 600` }]);
  const pid = await pidPrintedBy(stage(), 'hidden');
  await orchestrator.cancel(runId);
  expect(await stage().ended()).toMatchObject({ status: 'cancelled' });
  // It stands in the folder of the test: by that the sweep finds it.
  await endSurvivor(stage(), pid, 'folder');
});

/** Starts a daemon, and prints its pid once it is in a session of its own: before, it is one more child of the group. */
function daemon(how: string): string {
  const begin = `${how} sh -c 'echo $$ >daemon.pid; exec sleep 600' >/dev/null 2>&1 &`;
  return `${begin} until test -s daemon.pid; do sleep 0.02; done; cat daemon.pid`;
}

/** The sweep must find what is left, or it proves nothing. */
async function endSurvivor(on: Stage, pid: number, by: 'trial' | 'key' | 'folder'): Promise<void> {
  expect(await survivors(on.swept, 0)).toContainEqual(expect.objectContaining({ pid, by }));
  killHard(pid);
  await until(
    () => !isAlive(pid),
    () => `the end of ${pid}`,
  );
}

describe('the sweep itself finds what is planted', () => {
  const sleeper: OddPhase = { name: 'done', command: 'echo done; exit 0' };

  test.each(['trial', 'key', 'folder'] as const)('by %s', async (by) => {
    stage().drive([sleeper]);
    await stage().ended();
    const { trial, folder, keys } = stage().swept;
    expect(keys).toHaveLength(1);
    const environments = {
      trial: { [trialVariable]: trial },
      key: { ORCH_LINEAGE: `:orch-${keys[0]}-x:` },
      folder: {},
    };
    const { pid } = spawn('sleep', ['600'], {
      cwd: by === 'folder' ? folder : '/',
      env: { PATH: process.env['PATH'], ...environments[by] },
      stdio: 'ignore',
    });
    await endSurvivor(stage(), pid!, by);
    expect(await survivors(stage().swept)).toEqual([]);
  });
});
