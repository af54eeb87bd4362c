import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { RunEvent } from '@orch/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isAlive, orchFile, Playground, until, waitForGo } from './orch-process.ts';
import { writeRun } from './write-run.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

const attemptsOf = (run: string, folder = '.orch'): readonly string[] => {
  const path = ground.path(folder, 'runs', run, 'attempts');
  return existsSync(path) ? readdirSync(path).toSorted() : [];
};

/** What the attempts of a run printed, by the names of their files. */
const logsIn = (run: string): Record<string, string> =>
  Object.fromEntries(
    attemptsOf(run)
      .filter((name) => /\.(log|stdout)$/.test(name))
      .map((name) => [name, ground.read(`.orch/runs/${run}/attempts/${name}`)]),
  );

const copyAsTwo = ['copy', 'one', '--to', 'json', '--as', 'two', '--json'];

/** A run with two attempts of `a`, one of `b` with its output on stdout, and artifacts. */
async function execute(...args: string[]): Promise<void> {
  ground.plan([
    { name: 'a', command: 'echo from a; test -e tried || { touch tried; exit 1; }', retry_count: 2, depends_on: [] },
    {
      name: 'b',
      command: 'echo warned >&2; echo \'{"n": 1}\'; echo kept > "$ORCH_ARTIFACTS/file"',
      output: { from: 'stdout' },
      depends_on: ['a'],
    },
  ]);
  expect(await ground.orch('execute', 'plan.json', '--run-id', 'one', ...args)).toMatchObject({ code: 0 });
}

describe('a copy under another id', () => {
  test.each([
    ['json', 'json'],
    ['json', 'sqlite'],
    ['sqlite', 'json:b'],
    ['sqlite', 'sqlite'],
  ])('of %s in %s has the logs of all attempts, whatever becomes of the original', async (from, to) => {
    await execute('--backend', from);
    const { stdout: printed } = await ground.orch('logs', 'one', '--backend', from);
    const { code, stdout, stderr } = await ground.orch('copy', 'one', '--to', to, '--as', 'two', '--json');
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ run: 'two', logs: { attempts: 3, hosts: [], leftOut: [] } });
    expect(stderr).toContain('The logs of 3 attempts came along; artifacts stay with run one.\n');
    expect(Object.keys(logsIn('two'))).toHaveLength(4);
    expect(logsIn('two')).toEqual(logsIn('one'));
    // Nothing by which it would take the attempts of the original for its own.
    expect(attemptsOf('two').filter((name) => !/\.(log|stdout)$/.test(name))).toEqual([]);
    expect(existsSync(ground.path('.orch/runs/two/artifacts'))).toBe(false);
    rmSync(ground.path('.orch/runs/one/attempts'), { recursive: true });
    expect((await ground.orch('logs', 'two', '--backend', to)).stdout).toBe(printed);
    expect((await ground.orch('logs', 'two', 'a', '--attempt', '1', '--backend', to)).stdout).toBe('from a\n');
    expect(await ground.orch('doctor')).toMatchObject({ code: 0 });
  });

  test('has what was printed from another state folder, and puts nothing there', async () => {
    await execute('--state-dir', 'other', '--backend', 'sqlite:shared.db');
    const args = ['copy', 'one', '--backend', 'sqlite:shared.db', '--to', 'sqlite:new.db', '--as', 'two'];
    expect(await ground.orch(...args)).toMatchObject({ code: 0 });
    expect(attemptsOf('two')).toHaveLength(4);
    expect(attemptsOf('two', 'other')).toEqual([]);
    expect((await ground.orch('logs', 'two', 'a', '--attempt', '1')).stdout).toBe('from a\n');
    expect((await ground.orch('logs', 'one', 'a', '--backend', 'sqlite:shared.db')).stdout).toBe('from a\n');
    expect(await ground.orch('doctor', '--state-dir', 'other')).toMatchObject({ code: 0 });
  });

  test('leaves logs on the machine that has them, and says which', async () => {
    await execute('--backend', 'sqlite');
    const { stdout } = await ground.orch('events', 'one');
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent)
      .map((event) =>
        event.type === 'plugin.recorded'
          ? { ...event, value: { host: 'build-7', machine: 'another', folder: '/srv/state' } }
          : event,
      );
    await writeRun(ground.path('theirs'), { run: 'theirs', events, status: 'failed' });
    const args = ['copy', 'theirs', '--backend', 'json:theirs', '--to', 'json', '--as', 'two', '--json'];
    const copied = await ground.orch(...args);
    expect(copied.code).toBe(0);
    expect(JSON.parse(copied.stdout)).toMatchObject({ logs: { attempts: 0, hosts: ['build-7'], leftOut: [] } });
    expect(copied.stderr).toContain('There were no logs to come along; artifacts stay with run theirs.\n');
    expect(copied.stderr).toContain('warning: logs of attempts that ran on build-7 stay there.\n');
    expect(attemptsOf('two')).toEqual([]);
  });

  test('of a run whose command still runs has what that has printed, and leaves the command to the original', async () => {
    ground.plan([{ name: 'a', command: `echo begun; ${waitForGo}; echo over` }]);
    const driver = ground.start(['execute', 'plan.json', '--run-id', 'one']);
    await until(
      () => ground.lines('starts').length === 1,
      () => 'the start',
    );
    driver.kill('SIGKILL');
    await driver.ended;
    const pid = Number(ground.lines('starts')[0]);
    expect(await ground.orch(...copyAsTwo)).toMatchObject({ code: 0, stderr: expect.stringMatching(/starts anew: a/) });
    expect((await ground.orch('logs', 'two', 'a')).stdout).toBe('begun\n');
    const second = ground.start(['recover', 'two']);
    await until(
      () => ground.lines('starts').length === 2,
      () => 'the second start',
    );
    expect(isAlive(pid)).toBe(true);
    writeFileSync(ground.path('go'), '');
    expect(await second.ended).toMatchObject({ code: 0 });
    expect(await ground.orch('recover', 'one')).toMatchObject({ code: 0 });
    expect(ground.lines('starts')).toHaveLength(2);
    expect((await ground.orch('logs', 'one', 'a')).stdout).toBe('begun\nover\n');
    // That of the attempt which it took for lost is what it was.
    expect((await ground.orch('logs', 'two', 'a', '--attempt', '1')).stdout).toBe('begun\n');
    expect(await ground.orch('doctor')).toMatchObject({ code: 0 });
  });

  test('of a damaged run has the logs of attempts before the damage only: no journal knows the others', async () => {
    await execute();
    const journal = ground.path('.orch/runs/one/journal-1');
    const text = readFileSync(journal, 'latin1');
    writeFileSync(journal, text.replace('phase.completed', 'phase.complexed'), 'latin1');
    const { code, stdout, stderr } = await ground.orch(...copyAsTwo, '--valid-prefix');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ lost: { code: 'ORCH_JOURNAL_DAMAGED' }, logs: { attempts: 2 } });
    expect(stderr).toContain('The logs of 2 attempts came along');
    expect(attemptsOf('two').map((name) => name.slice(0, 3))).toEqual(['a.1', 'a.2']);
    const { findings } = await ground.json<{ findings: { run?: string }[] }>('doctor', '--json');
    expect(findings.filter(({ run }) => run === 'two')).toEqual([]);
  });

  test('overwrites no log that is there: the command of the original may write to it', async () => {
    await execute();
    expect(await ground.orch(...copyAsTwo)).toMatchObject({ code: 0 });
    const [log = ''] = attemptsOf('one').filter((name) => name.endsWith('.log'));
    ground.write(`.orch/runs/one/attempts/${log}`, 'more\n');
    const back = await ground.orch('copy', 'two', '--to', 'sqlite', '--as', 'one');
    expect(back).toMatchObject({ code: 0, stderr: expect.stringContaining('The logs of 3 attempts came along') });
    expect(ground.read(`.orch/runs/one/attempts/${log}`)).toBe('more\n');
  });

  test('of the same id shares the logs, and copies none', async () => {
    await execute();
    const before = logsIn('one');
    const { stdout, stderr } = await ground.orch('copy', 'one', '--to', 'sqlite', '--json');
    expect(JSON.parse(stdout)).not.toHaveProperty('logs');
    expect(stderr).toContain('Both share logs and artifacts, which stay where they are.\n');
    expect(logsIn('one')).toEqual(before);
  });
});

describe('while logs are copied', () => {
  /** A copy that does something before it copies the second log. */
  const copyWith = (script: string): ReturnType<Playground['start']> =>
    ground.startWith(
      `import { spawnSync } from 'node:child_process';
const { copyFile } = fs.promises;
let times = 0;
fs.promises.copyFile = async (from, to, mode) => {
  if (++times === 2) { ${script} }
  return copyFile(from, to, mode);
};`,
      copyAsTwo,
    );

  test('prune may take them away: what is left comes along', async () => {
    await execute();
    const { code, stdout } = await copyWith(`fs.rmSync('.orch/runs/one/attempts', { recursive: true });`).ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ logs: { attempts: 1, leftOut: [] } });
    expect(attemptsOf('two')).toHaveLength(1);
  });

  test.each(['EACCES', 'ENOSPC'])('%s leaves one out, names it, and ends with 5: the run is there', async (why) => {
    await execute();
    const { code, stdout, stderr } = await copyWith(`
      fs.writeFileSync(to, 'a part of it');
      throw Object.assign(new Error('${why}: ' + from), { code: '${why}', path: from });`).ended;
    expect(code).toBe(5);
    expect(stderr).toMatch(
      new RegExp(`^warning: \\S+/runs/one/attempts/a\\.2\\.\\w+\\.log did not come along: ${why}`, 'm'),
    );
    const file = expect.stringMatching(/a\.2\.\w+\.log$/) as string;
    expect(JSON.parse(stdout)).toMatchObject({ logs: { attempts: 2, leftOut: [{ file, message: /./ }] } });
    expect(attemptsOf('two')).toEqual(Object.keys(logsIn('one')).filter((name) => !name.startsWith('a.2')));
    expect(await ground.json('show', 'two', '--json')).toMatchObject({ status: 'completed' });
  });

  test('nobody else takes the copy up, or removes it', async () => {
    await execute();
    const { code } = await copyWith(`
      const ended = spawnSync(process.execPath, ['${orchFile}', 'prune', '--keep-last', '0', '--json'], { encoding: 'utf8' });
      fs.writeFileSync('pruned', ended.stdout + ended.stderr);`).ended;
    expect(code).toBe(0);
    expect(ground.read('pruned')).toMatch(/run two stays: [^]*ORCH_RUN_OWNED/);
    expect(attemptsOf('two').length).toBeGreaterThan(0);
  });

  test('a kill leaves a run that is whole, and no part of a log that looks like all of it', async () => {
    await execute();
    const { signal } = await copyWith(`
      fs.writeFileSync(to, 'a part of it');
      process.kill(process.pid, 'SIGKILL');`).ended;
    expect(signal).toBe('SIGKILL');
    expect(Object.values(logsIn('two'))).toEqual(['from a\n']);
    expect(await ground.json('show', 'two', '--json')).toMatchObject({ status: 'completed' });
    expect(await ground.orch('recover', 'two', '--from', 'b')).toMatchObject({ code: 0 });
    expect(await ground.orch('doctor')).toMatchObject({ code: 0 });
  });
});
