import { readFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { commandExecutor } from '../src/command-executor.ts';
import type { ProcessTable } from '../src/process-table.ts';
import { emptyFolder, gated, isAlive, open, table, trial, until } from './harness.ts';

test('TERM ends it; the reason is on disk; the exit code is kept', async () => {
  const it = await trial('echo ready; sleep 300');
  const outcome = it.execute();
  await until(() => it.log() === 'ready\n');
  it.stop.abort('timeout');
  expect(await outcome).toEqual({ status: 'aborted', exitCode: 143 });
  expect(readFileSync(it.files.stop, 'utf8')).toMatch(/^timeout \d+ [0-9a-f]{8}\nsignalled\n$/);
});

test('a handler of TERM may clean up, with what it starts, and has its own exit code', async () => {
  const it = await trial('trap "sleep .2; echo cleaned; exit 9" TERM; echo ready; sleep 300 & wait', {
    options: { grace: '10s' },
  });
  const outcome = it.execute();
  await until(() => it.log() === 'ready\n');
  it.stop.abort('cancelled');
  expect(await outcome).toEqual({ status: 'aborted', exitCode: 9 });
  expect(it.log()).toBe('ready\ncleaned\n');
});

test('TERM ignored: KILL after the grace, not before', async () => {
  const it = await trial('trap "" TERM; echo ready; while :; do sleep 300; done', { options: { grace: '300ms' } });
  const outcome = it.execute();
  await until(() => it.log() === 'ready\n');
  const before = performance.now();
  it.stop.abort('timeout');
  expect(await outcome).toEqual({ status: 'aborted', signal: 'SIGKILL' });
  const tookMs = performance.now() - before;
  expect(tookMs).toBeGreaterThan(299);
  expect(tookMs).toBeLessThan(1_300);
});

test('a record that can not be read or written does not keep the signals from being sent', async () => {
  const it = await trial('echo ready; sleep 300');
  const outcome = it.execute();
  await until(() => it.log() === 'ready\n');
  mkdirSync(it.files.stop);
  it.stop.abort('timeout');
  expect(await outcome).toEqual({ status: 'aborted', exitCode: 143 });
});

test('what goes wrong while a command is looked after is no failure of its phase', async () => {
  let isBroken = false;
  const broken: ProcessTable = {
    wrapperMarker: (pid) => table.wrapperMarker(pid),
    snapshot() {
      if (isBroken) throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
      return table.snapshot();
    },
  };
  const directory = emptyFolder();
  const it = await trial('echo ready; sleep 300', {
    directory,
    executor: commandExecutor({ directory, table: broken }),
  });
  const outcome = it.execute();
  await until(() => it.log() === 'ready\n');
  const pid = await it.running();
  isBroken = true;
  it.stop.abort('timeout');
  await expect(outcome).rejects.toMatchObject({
    code: 'ORCH_BACKEND_UNAVAILABLE',
    message: expect.stringMatching(/^Lost sight of attempt 1 of phase "build": EMFILE/),
  });
  expect(isAlive(pid)).toBe(true);
  process.kill(-pid, 'SIGKILL');
  await until(() => table.snapshot().every(({ group }) => group !== pid));
});

test('a second request kills without grace', async () => {
  const it = await trial('trap "" TERM; echo ready; while :; do sleep 300; done', { options: { grace: '1h' } });
  const outcome = it.execute();
  await until(() => it.log() === 'ready\n');
  it.stop.abort('stopped');
  await until(() => existsSync(it.files.stop));
  it.kill.abort();
  expect(await outcome).toEqual({ status: 'aborted', signal: 'SIGKILL' });
});

test('a stopped group is ended within its grace', async () => {
  const it = await trial('echo ready; sleep 300', { options: { grace: '1h' } });
  const outcome = it.execute();
  await until(() => it.log() === 'ready\n');
  process.kill(-(await it.running()), 'SIGSTOP');
  it.stop.abort('stopped');
  expect(await outcome).toEqual({ status: 'aborted', exitCode: 143 });
});

test('double forks, sessions of their own, scrubbed environments: two of the three are found', async () => {
  const it = await trial(
    '(setsid sh -c "echo a; sleep 300 & sleep 301" &); env -i sleep 302 & env -i setsid sleep 303 & setsid sleep 304 >/dev/null 2>&1 & sleep 305',
  );
  const outcome = it.execute();
  await until(() => it.log() === 'a\n');
  it.stop.abort('timeout');
  expect(await outcome).toMatchObject({ status: 'aborted' });
  expect(sleepers()).toEqual([]);
});

test('in the group, scrubbed and silent: dies with the group although nothing proves it ours', async () => {
  const it = await trial('env -i sleep 306 >/dev/null 2>&1 & echo ready; exec sleep 307');
  const outcome = it.execute();
  await until(() => it.log() === 'ready\n');
  it.stop.abort('timeout');
  await outcome;
  expect(sleepers()).toEqual([]);
});

test('20 sessions that answer TERM with a new one', async () => {
  const it = await trial(
    'i=0; while [ $i -lt 20 ]; do setsid sh -c "trap \\"setsid sleep 308 & exit\\" TERM; echo up; sleep 309 & wait" & i=$((i+1)); done; wait',
    { options: { grace: '400ms' } },
  );
  const outcome = it.execute();
  await until(() => it.log().split('\n').length > 20);
  it.stop.abort('timeout');
  expect(await outcome).toMatchObject({ status: 'aborted' });
  expect(sleepers()).toEqual([]);
});

test('background children are ended with their command, before the answer', async () => {
  const it = await trial('sleep 310 & echo $!; exit 0');
  expect(await it.execute()).toEqual({ status: 'completed', exitCode: 0 });
  expect(isAlive(Number(it.log()))).toBe(false);
  expect(existsSync(it.files.stop)).toBe(false);
});

test('a silent child in the group is ended with its command too', async () => {
  const it = await trial('env -i sleep 311 >/dev/null 2>&1 & exit 3');
  expect(await it.execute()).toMatchObject({ status: 'failed', exitCode: 3 });
  expect(sleepers()).toEqual([]);
});

test('leave_running lets them be', async () => {
  const it = await trial('sleep 312 & echo $!', { options: { leave_running: true } });
  expect(await it.execute()).toEqual({ status: 'completed', exitCode: 0 });
  const pid = Number(it.log());
  expect(isAlive(pid)).toBe(true);
  process.kill(pid, 'SIGKILL');
  await until(() => !isAlive(pid));
});

test('leave_running does not save them from a timeout', async () => {
  const it = await trial('sleep 313 & echo ready; sleep 314', { options: { leave_running: true } });
  const outcome = it.execute();
  await until(() => it.log() === 'ready\n');
  it.stop.abort('timeout');
  await outcome;
  expect(sleepers()).toEqual([]);
});

test('an aborted signal: nothing starts', async () => {
  const it = await trial('echo started');
  it.stop.abort('cancelled');
  expect(await it.execute()).toEqual({ status: 'aborted' });
  expect(existsSync(it.files.log)).toBe(false);
});

test('no output for the idle timeout', async () => {
  const it = await trial('for i in 1 2 3 4; do echo $i; sleep .15; done; sleep 315', {
    options: { idle_timeout: '400ms' },
  });
  expect(await it.execute()).toMatchObject({
    status: 'failed',
    class: 'timeout',
    exitCode: 143,
    error: { code: 'ORCH_PHASE_IDLE', message: 'The command printed nothing for 0.4 s, its idle timeout.' },
  });
  expect(it.log()).toMatch(/^1\n2\n3\n4\n/);
  expect(readFileSync(it.files.stop, 'utf8')).toMatch(/^idle /);
});

test("no output for the idle timeout, of an attempt that is another process's by now: left alone", async () => {
  const context = { holds: () => Promise.resolve(false) };
  const it = await trial(gated, { options: { idle_timeout: '50ms' }, context });
  expect(await it.execute()).toEqual({ status: 'aborted' });
  const pid = await it.running();
  expect([existsSync(it.files.stop), isAlive(pid)]).toEqual([false, true]);
  open(it);
  await until(() => !isAlive(pid));
});

test("what a command leaves behind, of an attempt that is another process's by now: left alone", async () => {
  const context = { holds: () => Promise.resolve(false) };
  const it = await trial(`(${gated}) & true`, { context });
  expect(await it.execute()).toEqual({ status: 'completed', exitCode: 0 });
  const left = (): boolean => table.snapshot().some(({ markers }) => markers.includes(it.marker));
  expect(left()).toBe(true);
  open(it);
  await until(() => !left());
});

/** Only this file sleeps for 301 to 319 seconds. */
function sleepers(): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    const args = existsSync(`/proc/${pid}/cmdline`) ? readIfThere(`/proc/${pid}/cmdline`).split('\0') : [];
    return args[0] === 'sleep' && /^30[1-9]$|^31\d$/.test(args[1] ?? '') ? [args.join(' ')] : [];
  });
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
