import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { orchFile, Playground, until, waitForGo } from '../orch-process.ts';
import type { OrchProcess, Result } from '../orch-process.ts';

const preload = fileURLToPath(new URL('./other-system.mjs', import.meta.url));
const program = [process.execPath, '--import', preload, orchFile];

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

function startOn(platform: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): OrchProcess {
  return ground.start(args, { program, env: { FAKE_PLATFORM: platform, FAKE_LOG: ground.path('looked-for'), ...env } });
}

const orchOn = (platform: string, ...args: readonly string[]): OrchProcess['ended'] => startOn(platform, args).ended;

describe.each(['darwin', 'win32', 'freebsd'])('on a system that calls itself %s', (platform) => {
  test('help, the version, the checks of a plan and the list of runs need nothing of Linux', async () => {
    ground.plan([{ name: 'a', command: 'true' }]);
    for (const args of [['--help'], ['--version'], ['validate', '--help'], ['validate', 'plan.json'], ['list']]) {
      if (args[0] === 'list') expect(ground.lines('looked-for')).toEqual([]);
      const { code, stderr } = await orchOn(platform, ...args);
      const isRefused = platform === 'win32' && args[1] === 'plan.json';
      expect([code, args], stderr).toEqual([isRefused ? 2 : 0, args]);
    }
    // A list asks who drives what is running, and for that who it is itself.
    expect(ground.lines('looked-for')).toEqual([
      '/etc/machine-id',
      '/proc/sys/kernel/random/boot_id',
      '/proc/self/ns/pid',
      expect.stringMatching(/^\/proc\/\d+\/stat$/),
    ]);
  }, 60_000);
});

describe('without /proc', () => {
  test('a run of commands completes, and is shown', async () => {
    ground.plan([
      { name: 'a', command: 'echo from a' },
      { name: 'b', command: ['sh', '-c', 'sleep 0 & echo from b'], depends_on: ['a'] },
    ]);
    const { code, stdout } = await orchOn('darwin', 'execute', 'plan.json', '--json');
    expect(JSON.parse(stdout) as Result).toMatchObject({ status: 'completed' });
    expect(code).toBe(0);
    const logs = await orchOn('darwin', 'logs', 'demo');
    expect(logs.stdout).toContain('from b');
  });

  test('a driver that was killed holds its run until its lease is over', async () => {
    ground.plan([{ name: 'a', command: waitForGo }]);
    const driver = startOn('darwin', ['execute', 'plan.json', '--run-id', 'one', '--output', 'none']);
    await until(
      () => ground.lines('starts').length === 1,
      () => 'the start',
    );
    driver.kill('SIGKILL');
    await driver.ended;
    const { code, stderr } = await orchOn('darwin', 'recover', 'one');
    expect(code).toBe(4);
    expect(stderr).toMatch(/can't be seen from here.*30 s/);
    writeFileSync(ground.path('go'), '');
  });

  /** Starts a command and lets go of its run, so that it goes on alone. */
  async function leaveRunning(): Promise<void> {
    ground.plan([{ name: 'a', command: waitForGo }]);
    const driver = startOn('freebsd', ['execute', 'plan.json', '--run-id', 'one', '--output', 'none']);
    await until(
      () => ground.lines('starts').length === 1,
      () => 'the start',
    );
    driver.kill('SIGHUP');
    expect((await driver.ended).code).toBe(129);
  }

  test('a command that outlived orch is adopted by ps', async () => {
    await leaveRunning();
    writeFileSync(ground.path('go'), '');
    const { code, stderr } = await orchOn('freebsd', 'recover', 'one', '--output', 'plain');
    expect(code, stderr).toBe(0);
    expect(ground.lines('starts')).toHaveLength(1);
  });

  test('without ps it counts as interrupted, which is told and recorded, and the phase runs again', async () => {
    await leaveRunning();
    mkdirSync(ground.path('programs'));
    const sleep = spawnSync('sh', ['-c', 'command -v sleep'], { encoding: 'utf8' }).stdout.trim();
    symlinkSync(sleep, ground.path('programs/sleep'));
    const blind = startOn('freebsd', ['recover', 'one', '--output', 'plain'], { PATH: ground.path('programs') });
    await until(
      () => ground.lines('starts').length === 2,
      () => `the second start: ${blind.stderr}`,
    );
    writeFileSync(ground.path('go'), '');
    const { code, stderr } = await blind.ended;
    expect(stderr).toContain(`attempt 1 of phase "a" counts as interrupted: whether it still runs can't be seen`);
    expect(code).toBe(0);
    const { stdout } = await ground.orch('events', 'one');
    expect(stdout).toContain('"type":"phase.interrupted"');
  });

  test('doctor says what that means', async () => {
    const { code, stdout } = await orchOn('freebsd', 'doctor');
    expect(stdout).toMatch(/^note +.*adopted by ps.*30 s.*\[ORCH_HOST_LIMITED\]$/m);
    expect(code).toBe(0);
  });
});

describe('on Windows', () => {
  test('commands are refused before anything starts, once for all phases, with the way out', async () => {
    ground.plan([
      { name: 'a', command: 'true' },
      { name: 'b', command: ['no-such-program'] },
    ]);
    for (const command of ['validate', 'execute']) {
      const { code, stderr } = await orchOn('win32', command, 'plan.json');
      expect(stderr.match(/which Windows does not have/g)).toHaveLength(1);
      expect(stderr).toContain('WSL');
      expect(code).toBe(2);
    }
  });

  test('unchecked, the phase fails with the same words', async () => {
    ground.plan([{ name: 'a', command: 'true', retry_count: 1 }]);
    const { code, stdout } = await orchOn('win32', 'execute', 'plan.json', '--no-command-check', '--json');
    expect(code).toBe(1);
    const error = { code: 'ORCH_PHASE_START', message: expect.stringContaining('Windows') };
    expect(JSON.parse(stdout)).toMatchObject({ phases: [{ status: 'failed', error }] });
  });

  test('doctor warns of it', async () => {
    expect((await orchOn('win32', 'doctor')).stdout).toMatch(
      /^warning +Commands are run by .*Windows.*HOST_LIMITED\]$/m,
    );
  });
});
