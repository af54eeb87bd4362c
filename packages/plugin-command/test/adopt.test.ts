import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isOrchError } from '@orch/core/author';
import { processOwner } from '@orch/core/node';
import { commandExecutor } from '../src/command-executor.ts';
import type { ProcessTable } from '../src/process-table.ts';
import { psTable } from '../src/ps-table.ts';
import { wrapper } from '../src/wrapper.ts';
import { emptyFolder, gated, isAlive, open, outcomeOf, startForeign, table, trial, until } from './harness.ts';
import { writeState } from './harness.ts';

async function killAndWait(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  await until(() => !isAlive(pid));
}

describe('the decision table', () => {
  test('no state: claimed by a folder, gone; a late wrapper is refused', async () => {
    const it = await trial('echo started');
    expect(await it.adopt()).toEqual({ gone: true });
    expect(await it.execute()).toMatchObject({
      status: 'failed',
      class: 'unknown',
      error: { code: 'ORCH_PHASE_START' },
    });
    expect(it.log()).not.toContain('started');
    expect(await it.adopt()).toEqual({ gone: true });
  });

  test('exit line: finished, and so for everybody who asks', async () => {
    const it = await trial(gated);
    writeState(it, 12345678, 7);
    expect(await outcomeOf(await it.adopt())).toMatchObject({ status: 'failed', exitCode: 7 });
    expect(await outcomeOf(await it.adopt())).toMatchObject({ exitCode: 7 });
  });

  test('finished with a background child: it is ended before the answer', async () => {
    const it = await trial(gated);
    startForeign(it, 'sleep 300 & echo $!; exit 5');
    await until(
      () => readFileSync(it.files.log, 'utf8') !== '' && readFileSync(it.files.state, 'utf8').endsWith('exit 5 5\n'),
    );
    expect(await outcomeOf(await it.adopt())).toMatchObject({ exitCode: 5 });
    expect(isAlive(Number(it.log()))).toBe(false);
  });

  test('running: adopted, with its exit code and whole output', async () => {
    const it = await trial(gated);
    startForeign(it, gated);
    await it.running();
    const adopted = await it.adopt();
    open(it);
    expect(await outcomeOf(adopted)).toMatchObject({ status: 'failed', class: 'exit', exitCode: 7 });
    expect(it.log()).toBe('begin\nend\n');
  });

  test('claimed, pid not yet written: running, until it is there', async () => {
    const it = await trial(gated);
    // The wrapper, held between the claim and its first line.
    const slow = wrapper.replace('echo "$$ $0"', (line) => `while [ ! -e pid ]; do sleep .02; done\n${line}`);
    expect(slow).not.toBe(wrapper);
    writeFileSync(it.files.log, '');
    const args = ['-c', slow, it.marker, it.files.state, '0022', '/bin/sh', '-c', 'exit 3'];
    spawn('/bin/sh', args, {
      cwd: it.directory,
      detached: true,
      stdio: 'ignore',
      env: { ...process.env, ORCH_LINEAGE: `:${it.marker}:` },
    });
    await until(() => existsSync(it.files.state));
    const adopted = await it.adopt();
    expect(readFileSync(it.files.state, 'utf8')).toBe('');
    writeFileSync(join(it.directory, 'pid'), '');
    expect(await outcomeOf(adopted)).toMatchObject({ exitCode: 3 });
  });

  test.each(['', '4', '4194', '4194 orch-'])('claimed, its first line never ended (%j): gone', async (text) => {
    const it = await trial(gated);
    writeFileSync(it.files.state, text);
    expect(await it.adopt()).toEqual({ gone: true });
  });

  test.each(['0\n', '1\n', '-1\n', 'x\n'])(
    'a state that names no wrapper (%j): gone, nobody is signalled',
    async (text) => {
      const it = await trial(gated);
      writeFileSync(it.files.state, text);
      expect(await it.adopt()).toEqual({ gone: true });
    },
  );

  test.each(['exit ', 'exit 7', 'exi', 'exit 7 7'])(
    'an exit line that never ended (%j): no exit code',
    async (text) => {
      const it = await trial(gated);
      writeFileSync(it.files.state, `4194000 ${it.marker}\n${text}`);
      expect(await it.adopt()).toEqual({ gone: true });
    },
  );

  test('pid of a stranger: gone, and the stranger is not touched', async () => {
    const it = await trial(gated);
    const stranger = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' });
    writeState(it, stranger.pid!);
    expect(await it.adopt()).toEqual({ gone: true });
    expect(isAlive(stranger.pid!)).toBe(true);
    expect(it.warnings).toEqual([expect.stringContaining(`left alone: ${stranger.pid}`)]);
    stranger.kill('SIGKILL');
  });

  test('finished, its pid a stranger by now: not touched either', async () => {
    const it = await trial(gated);
    const stranger = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' });
    writeState(it, stranger.pid!, 0);
    expect(await outcomeOf(await it.adopt())).toMatchObject({ status: 'completed' });
    expect(isAlive(stranger.pid!)).toBe(true);
    stranger.kill('SIGKILL');
  });

  test('orphans: the wrapper was killed, its command lives; it is stopped, then gone', async () => {
    const it = await trial(gated, { options: { grace: '300ms' } });
    startForeign(it, 'trap "" TERM; echo $$; while :; do sleep 300; done');
    const wrapperPid = await it.running();
    const pid = Number(await until(() => it.log()));
    await killAndWait(wrapperPid);
    expect(await it.adopt()).toEqual({ gone: true });
    expect(isAlive(pid)).toBe(false);
  });

  test('orphans without a marker: found by the log that they write to', async () => {
    const it = await trial(gated, { options: { grace: '300ms' } });
    startForeign(it, 'exec env -i sleep 300');
    const wrapperPid = await it.running();
    const pid = await until(
      () =>
        table
          .snapshot()
          .find(({ group, pid: own, markers }) => group === wrapperPid && own !== group && markers.length === 0)?.pid,
    );
    await killAndWait(wrapperPid);
    expect(await it.adopt()).toEqual({ gone: true });
    expect(isAlive(pid)).toBe(false);
  });

  test('a wrapper killed while it is adopted: aborted, nothing left', async () => {
    const it = await trial(gated);
    startForeign(it, gated);
    const pid = await it.running();
    const adopted = await it.adopt();
    process.kill(-pid, 'SIGKILL');
    expect(await outcomeOf(adopted)).toEqual({ status: 'aborted', signal: 'SIGKILL' });
  });

  test('the second look: a command that ends between the look at its state and the look at its process', async () => {
    const directory = emptyFolder();
    let first = true;
    const late: ProcessTable = {
      snapshot: () => table.snapshot(),
      wrapperMarker(pid) {
        if (first) {
          first = false;
          appendFileSync(it.files.state, 'exit 7 7\n');
          return undefined;
        }
        return table.wrapperMarker(pid);
      },
    };
    const it = await trial(gated, { directory, executor: commandExecutor({ directory, table: late }) });
    writeState(it, 4194000);
    expect(await outcomeOf(await it.adopt())).toMatchObject({ exitCode: 7 });
  });

  test('a state that is a link to nowhere is an error, never "gone"', async () => {
    const it = await trial(gated);
    symlinkSync('/no/such/file', it.files.state);
    await expect(it.adopt()).rejects.toThrow('link that leads nowhere');
  });
});

describe('where it was started', () => {
  const self = processOwner();
  test.each([
    ['another container', { ...self, namespace: 'pid:[1]' }],
    ['another machine', { ...self, machine: 'other', host: 'elsewhere', boot: 'b' }],
  ])('%s: refused, unless a person knows', async (_name, owner) => {
    const it = await trial(gated, { attempt: { owner } });
    const refused = await it.adopt().catch((error: unknown) => error);
    expect(isOrchError(refused, 'ORCH_RUN_OTHER_HOST')).toBe(true);
    expect(existsSync(it.files.state)).toBe(false);
    expect(await it.adopt(true)).toEqual({ gone: true });
  });

  test('before a reboot: an exit line counts, else it is gone, without a look at processes', async () => {
    const directory = emptyFolder();
    const blind: ProcessTable = {
      snapshot: () => {
        throw new Error('looked');
      },
      wrapperMarker: () => {
        throw new Error('looked');
      },
    };
    const it = await trial(gated, {
      directory,
      executor: commandExecutor({ directory, table: blind }),
      attempt: { owner: { ...self, boot: 'earlier' } },
    });
    expect(await it.adopt()).toEqual({ gone: true });
    writeState(it, process.pid);
    expect(await it.adopt()).toEqual({ gone: true });
    writeState(it, process.pid, 0);
    expect(await outcomeOf(await it.adopt())).toEqual({ status: 'completed', exitCode: 0 });
  });
});

test('many at once share their looks at the machine', async () => {
  const directory = emptyFolder();
  let looks = 0;
  const counting: ProcessTable = { ...table, snapshot: () => (looks++, table.snapshot()) };
  const executor = commandExecutor({ directory, table: counting });
  const trials = await Promise.all(
    Array.from({ length: 40 }, (_, n) => trial(gated, { directory, executor, attempt: { phase: `phase ${n}` } })),
  );
  looks = 0;
  for (const it of trials) writeState(it, 4194000);
  expect(await Promise.all(trials.map((it) => it.adopt()))).toEqual(trials.map(() => ({ gone: true })));
  expect(looks).toBe(2);
});

test('with ps instead of /proc: adopted, and stopped', async () => {
  const directory = emptyFolder();
  const executor = commandExecutor({ directory, table: psTable() });
  const it = await trial(gated, { directory, executor });
  startForeign(it, gated);
  const pid = await it.running();
  await until(() => it.log() === 'begin\n');
  expect(psTable().wrapperMarker(pid)).toBe(it.marker);
  expect(psTable().wrapperMarker(process.pid)).toBeUndefined();
  expect(
    psTable()
      .snapshot()
      .find((entry) => entry.pid === pid),
  ).toMatchObject({ group: pid, markers: [it.marker] });
  const adopted = await it.adopt();
  it.stop.abort('stopped');
  expect(await outcomeOf(adopted)).toEqual({ status: 'aborted', exitCode: 143 });
});

test('a deleted run does not come back', async () => {
  const it = await trial('echo started');
  rmSync(join(it.directory, 'runs'), { recursive: true });
  expect(await it.execute()).toMatchObject({
    status: 'failed',
    error: { message: expect.stringContaining('deleted') },
  });
  expect(existsSync(join(it.directory, 'runs'))).toBe(false);
  await expect(it.adopt()).rejects.toThrow('ENOENT');
});
