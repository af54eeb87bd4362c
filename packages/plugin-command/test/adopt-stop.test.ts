import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '@orch/core/author';
import { writeSignalled, writeStop } from '../src/stop-file.ts';
import { emptyFolder, gated, isAlive, open, outcomeOf, startForeign, table, trial, until } from './harness.ts';
import { writeState } from './harness.ts';

describe('stopping what was adopted', () => {
  test('its signal', async () => {
    const it = await trial(gated);
    startForeign(it, gated);
    await until(() => it.log() === 'begin\n');
    const adopted = await it.adopt();
    it.stop.abort('cancelled');
    expect(await outcomeOf(adopted)).toEqual({ status: 'aborted', exitCode: 143 });
  });

  test('a signal that was aborted before: replaced', async () => {
    const it = await trial(gated);
    startForeign(it, gated);
    await until(() => it.log() === 'begin\n');
    it.stop.abort('replaced');
    expect(await outcomeOf(await it.adopt())).toEqual({ status: 'aborted', exitCode: 143 });
  });

  test('on_orphan: kill', async () => {
    const it = await trial(gated, { options: { on_orphan: 'kill' } });
    startForeign(it, gated);
    const pid = await it.running();
    expect(await it.adopt()).toEqual({ gone: true });
    expect(isAlive(pid)).toBe(false);
  });

  test('on_orphan: kill does not lose what had finished', async () => {
    const it = await trial(gated, { options: { on_orphan: 'kill' } });
    writeState(it, 4194000, 0);
    expect(await outcomeOf(await it.adopt())).toMatchObject({ status: 'completed' });
  });

  test('an earlier stop goes on: the same grace, no second TERM, its reason', async () => {
    const it = await trial(gated, { options: { grace: '1s' }, attempt: { timeoutMs: 5_000 } });
    startForeign(it, 'trap "echo term" TERM; echo ready; while :; do sleep .02; done');
    await it.running();
    await until(() => it.log() !== '');
    writeStop({ path: it.files.stop, marker: it.marker }, 'timeout', systemClock.monotonic() - 700);
    writeSignalled({ path: it.files.stop, marker: it.marker });
    const before = performance.now();
    expect(await outcomeOf(await it.adopt())).toMatchObject({
      status: 'failed',
      class: 'timeout',
      error: { code: 'ORCH_PHASE_TIMEOUT', message: 'The attempt took longer than its timeout of 5 s.' },
    });
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(it.log()).toBe('ready\n');
  });

  test.each([
    ['timeout', 'ORCH_PHASE_TIMEOUT'],
    ['idle', 'ORCH_PHASE_IDLE'],
  ] as const)('an earlier stop that had ended it (%s): that is its outcome', async (reason, code) => {
    const it = await trial(gated);
    writeStop({ path: it.files.stop, marker: it.marker }, reason, 1);
    writeSignalled({ path: it.files.stop, marker: it.marker });
    writeState(it, 4194000);
    expect(await outcomeOf(await it.adopt())).toMatchObject({ class: 'timeout', error: { code } });
    writeState(it, 4194000, 143);
    expect(await outcomeOf(await it.adopt())).toMatchObject({ class: 'timeout', exitCode: 143, error: { code } });
  });

  test('an adopted command that prints nothing', async () => {
    const it = await trial(gated, { options: { idle_timeout: '200ms' } });
    startForeign(it, gated);
    await it.running();
    expect(await outcomeOf(await it.adopt())).toMatchObject({ class: 'timeout', error: { code: 'ORCH_PHASE_IDLE' } });
  });
});

describe("an attempt that is another process's by now", () => {
  const elsewhere = { holds: () => Promise.resolve(false) };

  test('printed nothing for its idle timeout: left alone', async () => {
    const it = await trial(gated, { options: { idle_timeout: '50ms' }, context: elsewhere });
    startForeign(it, gated);
    const pid = await it.running();
    expect(await outcomeOf(await it.adopt())).toEqual({ status: 'aborted' });
    expect([existsSync(it.files.stop), isAlive(pid)]).toEqual([false, true]);
    open(it);
    await until(() => !isAlive(pid));
  });

  test('lost its wrapper: what is left is left alone', async () => {
    const it = await trial(gated, { context: elsewhere });
    startForeign(it, gated);
    const wrapper = await it.running();
    const adopted = await it.adopt();
    const command = await until(
      () => table.snapshot().find((one) => one.pid !== wrapper && one.markers.includes(it.marker))?.pid,
    );
    process.kill(wrapper, 'SIGKILL');
    expect(await outcomeOf(adopted)).toEqual({ status: 'aborted', signal: 'SIGKILL' });
    expect(isAlive(command)).toBe(true);
    open(it);
    await until(() => !isAlive(command));
  });
});

describe('settle', () => {
  test('makes the folders, once, for this user only; execute and adopt never do', async () => {
    const it = await trial('true', { settled: false });
    expect(await it.execute()).toMatchObject({ status: 'failed', error: { code: 'ORCH_PHASE_START' } });
    expect(existsSync(join(it.directory, 'runs'))).toBe(false);
  });

  test('a new state folder brings its own ignore file', async () => {
    const directory = join(emptyFolder(), 'a/.orch');
    await trial('true', { directory });
    expect(readFileSync(join(directory, '.gitignore'), 'utf8')).toBe('*\n');
    const there = emptyFolder();
    await trial('true', { directory: there });
    expect(existsSync(join(there, '.gitignore'))).toBe(false);
  });

  test('an attempt that the journal does not know: claimed and stopped; known ones are left alone', async () => {
    const it = await trial(gated, { options: { grace: '300ms' } });
    const known = await trial(gated, { directory: it.directory, executor: it.executor, attempt: { phase: 'other' } });
    const late = await trial(gated, { directory: it.directory, executor: it.executor, attempt: { phase: 'late' } });
    startForeign(it, gated);
    startForeign(known, gated);
    writeFileSync(late.files.log, '');
    const pids = [await it.running(), await known.running()];
    await it.executor.settle!(it.attempt.runId, new Set([known.attempt.key]));
    expect(pids.map(isAlive)).toEqual([false, true]);
    expect(await late.execute()).toMatchObject({ status: 'failed' });
    expect(late.log()).not.toContain('begin');
    const adopted = await known.adopt();
    open(known);
    expect(await outcomeOf(adopted)).toMatchObject({ exitCode: 7 });
  });

  test('one whose wrapper was killed: what it left is found by the beginning of its marker', async () => {
    const it = await trial(gated);
    startForeign(it, 'echo $$; exec setsid sleep 300 >/dev/null 2>&1');
    const wrapperPid = await it.running();
    const pid = await until(
      () =>
        table
          .snapshot()
          .find(({ pid: own, markers }) => own !== wrapperPid && own === pid1() && markers.includes(it.marker))?.pid,
    );
    process.kill(wrapperPid, 'SIGKILL');
    await until(() => !isAlive(wrapperPid));
    await it.executor.settle!(it.attempt.runId, new Set());
    expect(isAlive(pid)).toBe(false);

    function pid1(): number {
      return Number(it.log());
    }
  });
});
