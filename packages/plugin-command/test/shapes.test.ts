import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import type { Json } from '@orch/core/author';
import { isAlive, table, trial, until } from './harness.ts';

describe('exit codes', () => {
  const shapes: [name: string, command: Json, exitCode: number][] = [
    ['exit 0', 'exit 0', 0],
    ['exit 255', 'exit 255', 255],
    ['plain true', 'true', 0],
    ['plain false', 'false', 1],
    ['the command kills itself by TERM', 'kill -TERM $$', 143],
    ['the command kills itself by KILL', 'kill -KILL $$', 137],
    ['exec', 'exec sh -c "exit 5"', 5],
    ['a trap on EXIT and set -e', 'trap "echo bye" EXIT; set -e; false; echo no', 1],
    ['a syntax error', 'if then', 2],
    ['a program that does not exist', 'no-such-program-at-all', 127],
    ['a program that a shell does not find, with arguments', 'no-such-program-at-all a b; exit $?', 127],
    ['an argv that fails', ['sh', '-c', 'exit 9'], 9],
    ['argv words that are builtins of the wrapper', ['env', 'sh', '-c', 'exit 4'], 4],
    ['TERM to its own group', 'kill 0; sleep 1; exit 3', 143],
    ['TERM to its own group, trapped', 'trap : TERM; kill 0; exit 4', 4],
  ];
  it.each(shapes)('%s', async (_name, command, exitCode) => {
    const it = await trial(command);
    expect(await it.execute()).toMatchObject(
      exitCode === 0
        ? { status: 'completed', exitCode: 0 }
        : { status: 'failed', class: 'exit', exitCode, error: { code: 'ORCH_PHASE_EXIT' } },
    );
    expect(readFileSync(it.files.state, 'utf8')).toMatch(
      new RegExp(`^\\d+ orch-\\S+\\nexit ${exitCode} ${exitCode}\\n$`),
    );
  });

  test('the wrapper killed with its group: a signal, not an exit code', async () => {
    const it = await trial('kill -9 0; exit 3');
    expect(await it.execute()).toMatchObject({
      status: 'failed',
      class: 'signal',
      signal: 'SIGKILL',
      error: { code: 'ORCH_PHASE_SIGNAL' },
    });
  });

  test('the wrapper killed by a signal without a name, which Node shows as exit code 0: no success', async () => {
    const it = await trial('kill -40 $PPID; sleep 300', { options: { grace: '200ms' } });
    const outcome = await it.execute();
    expect(outcome).toMatchObject({ status: 'failed', class: 'signal', error: { code: 'ORCH_PHASE_SIGNAL' } });
    expect(outcome).not.toHaveProperty('signal');
  });

  test('the wrapper alone killed: what it leaves is stopped before the answer', async () => {
    const it = await trial('echo $$; kill -9 $PPID; sleep 300; echo later', {
      options: { grace: '200ms', leave_running: true },
    });
    expect(await it.execute()).toMatchObject({ status: 'failed', class: 'signal' });
    expect(isAlive(Number(it.log()))).toBe(false);
  });
});

describe('arguments and text', () => {
  test('argv with blanks, quotes and newlines, without a shell', async () => {
    const it = await trial(['printf', '%s|', 'a b', "c'\nd", '$HOME', '', '*']);
    expect(await it.execute()).toMatchObject({ status: 'completed' });
    expect(it.log()).toBe("a b|c'\nd|$HOME||*|");
  });

  it.each(['exec', 'exit', 'eval', 'kill', 'set'])(
    'an argv of %s is a program, not a builtin of the wrapper',
    async (word) => {
      const it = await trial([word, '0']);
      const bin = join(it.directory, 'bin');
      mkdirSync(bin);
      writeFileSync(join(bin, word), '#!/bin/sh\necho "mine $*"; exit 6\n', { mode: 0o755 });
      const context = { ...it.context, env: { PATH: `${bin}:${process.env['PATH']}` } };
      expect(await it.executor.execute(it.attempt, context)).toMatchObject({ exitCode: 6 });
      expect(it.log()).toBe('mine 0\n');
    },
  );

  it.each([131_071, 131_072, 200_000])('a text of %i bytes', async (bytes) => {
    const it = await trial(`: ${'x'.repeat(bytes - 9)}\nexit 6`);
    expect(await it.execute()).toMatchObject({ exitCode: 6 });
    expect(existsSync(it.files.command)).toBe(bytes > 131_071);
  });

  test('wide characters count as bytes', async () => {
    const it = await trial(`: ${'ü'.repeat(70_000)}\nexit 6`);
    expect(await it.execute()).toMatchObject({ exitCode: 6 });
    expect(existsSync(it.files.command)).toBe(true);
  });

  test('1 MB of output, both streams in one log', async () => {
    const it = await trial('head -c 1000000 /dev/zero; echo end >&2');
    await it.execute();
    expect(it.log()).toHaveLength(1_000_004);
  });

  test('a log that is deleted while it runs costs the output only', async () => {
    const it = await trial('while [ ! -e go ]; do sleep .02; done; echo late; exit 7');
    const outcome = it.execute();
    await it.running();
    rmSync(it.files.log);
    writeFileSync(join(it.directory, 'go'), '');
    expect(await outcome).toMatchObject({ exitCode: 7 });
  });
});

describe('what the command sees', () => {
  test('no descriptor but stdin, stdout and stderr; stdin is empty; a session of its own', async () => {
    const it = await trial(`${process.execPath} -e '
      const fs = require("node:fs");
      const open = fs.readdirSync("/proc/self/fd").map((fd) => { try { return [fd, fs.readlinkSync("/proc/self/fd/" + fd)] } catch { return [fd, ""] } });
      const files = open.filter(([fd, to]) => Number(fd) > 2 && to.startsWith("/") && !to.startsWith("/dev") && !to.startsWith("/proc"));
      console.log(JSON.stringify({ files, stdin: fs.readFileSync(0, "utf8"), out: open[1][1] }));
    '; ps -o sid=,tty= -p $$; echo "$-" | grep C; umask`);
    await it.execute();
    const [first = '', session = '', ...rest] = it.log().trim().split('\n');
    expect(JSON.parse(first)).toEqual({ files: [], stdin: '', out: it.files.log });
    expect(session.trim()).toBe(`${await it.running()} ?`);
    expect(rest).toEqual([process.umask().toString(8).padStart(4, '0')]);
  });

  test('its names, its folders, and the variables of plan and hooks', async () => {
    const phase = `a/b "c" '\${{ d }}' __proto__ $(touch x) ${'ü'.repeat(100)}`;
    const it = await trial(
      'printf "%s\\n" "$ORCH_RUN_ID" "$ORCH_PHASE" "$ORCH_ATTEMPT" "$ORCH_KEY" "$ORCH_LINEAGE" "$ONE" "$TWO"; echo x > "$ORCH_ARTIFACTS/made"; pwd',
      {
        attempt: { phase, number: 12 },
        options: { env: { ONE: `it's "quoted" $HOME\n\`x\``, TWO: 'plan' }, cwd: 'sub' },
        context: { env: { TWO: 'hook' } },
      },
    );
    mkdirSync(join(it.directory, 'sub'));
    expect(await it.execute()).toMatchObject({ status: 'completed' });
    expect(it.log()).toBe(
      [
        'run-1',
        phase,
        '12',
        `run-1/${phase}`,
        `${process.env['ORCH_LINEAGE'] ?? ''}:${it.marker}:`,
        `it's "quoted" $HOME\n\`x\``,
        'hook',
        join(it.directory, 'sub'),
        '',
      ].join('\n'),
    );
    expect(readFileSync(join(it.directory, 'runs/run-1/artifacts/made'), 'utf8')).toBe('x\n');
  });

  test('a folder that a tap chose is where cwd begins', async () => {
    const it = await trial('pwd', { options: { cwd: 'packages' } });
    mkdirSync(join(it.directory, 'tree/packages'), { recursive: true });
    await it.executor.execute(it.attempt, { ...it.context, cwd: join(it.directory, 'tree') });
    expect(it.log()).toBe(`${join(it.directory, 'tree/packages')}\n`);
  });

  test('exported variables whose names the wrapper could use', async () => {
    const it = await trial('echo "$x$code$pid$status" "$@" "$0"', {
      options: { env: { x: '1', code: '2', pid: '3', status: '4' } },
    });
    await it.execute();
    expect(it.log()).toBe('1234 /bin/sh\n');
  });
});

describe('plain words run without a shell of their own, and the same', () => {
  const commands = [
    'printf %s a',
    'ls -d /tmp /',
    'echo  a   b',
    'true',
    'false',
    'env printf x',
    'ls /no/such/folder',
    ' uname ',
    'sh -c exit',
  ];
  test.each(commands)('%s', async (text) => {
    const plain = await trial(text);
    const shell = await trial(`${text}\n`);
    const [one, other] = [await plain.execute(), await shell.execute()];
    expect(one).toEqual(other);
    expect(plain.log()).toBe(shell.log());
  });

  test('argv[0] is the word itself, found by PATH from the working folder', async () => {
    const it = await trial('tool a', { options: { env: { PATH: 'bin' }, cwd: 'sub' } });
    mkdirSync(join(it.directory, 'sub/bin'), { recursive: true });
    symlinkSync('/bin/sh', join(it.directory, 'sub/bin/tool'));
    expect(await it.execute()).toMatchObject({ status: 'failed', exitCode: expect.any(Number) });
    expect(it.log()).toContain('tool: 0: ');
    expect(it.log()).not.toContain('/tool');
  });

  test('the child of the wrapper is the program itself', async () => {
    const it = await trial('sleep 300', { options: { shell: 'sh' } });
    const other = await trial('env sleep 300', {
      directory: it.directory,
      executor: it.executor,
      attempt: { number: 2 },
    });
    const outcomes = [it.execute(), other.execute()];
    await other.running();
    await it.running();
    const argsOf = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
    await until(() =>
      table.snapshot().some(({ pid, markers }) => markers.includes(other.marker) && argsOf(pid) === 'sleep 300 '),
    );
    for (const { kill, stop } of [it, other]) {
      kill.abort();
      stop.abort('stopped');
    }
    await Promise.all(outcomes);
  });
});
