import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandExecutor } from '../src/command-executor.ts';
import { attemptLogPath, attemptStdoutPath, forgottenAttempts } from '../src/index.ts';
import { emptyFolder, trial } from './harness.ts';

describe('what can not be started fails, and says why', () => {
  test.each([
    ['a bare name', ['no-such-program'], 'There is no program "no-such-program".', 'Looked for in PATH='],
    ['a path', ['./no/such'], 'There is no program "./no/such".', 'Looked for from /'],
    ['a folder', ['/tmp'], '"/tmp" is a folder, not a program.', undefined],
    ['a file that may not be executed', ['/proc/self/status'], '"/proc/self/status" may not be executed.', 'chmod +x'],
  ])('%s', async (_name, command, message, hint) => {
    const it = await trial(command);
    expect(await it.execute()).toMatchObject({
      status: 'failed',
      class: 'unknown',
      error: {
        code: 'ORCH_PHASE_START',
        message,
        ...(hint === undefined ? {} : { hint: expect.stringContaining(hint) }),
      },
    });
    expect(existsSync(it.files.state)).toBe(false);
  });

  test('a shell that does not exist', async () => {
    const it = await trial('echo a; echo b', { options: { shell: 'no-such-shell' } });
    expect(await it.execute()).toMatchObject({
      error: { code: 'ORCH_PHASE_START', message: expect.stringContaining('no-such-shell') },
    });
  });

  test('a working folder that does not exist, or is a file', async () => {
    const it = await trial('echo a; echo b', { options: { cwd: 'missing' } });
    expect(await it.execute()).toMatchObject({
      error: { message: `The working folder "${join(it.directory, 'missing')}" does not exist.` },
    });
    const other = await trial('echo a; echo b', { options: { cwd: 'file' } });
    writeFileSync(join(other.directory, 'file'), '');
    expect(await other.execute()).toMatchObject({
      error: { message: `The working folder "${join(other.directory, 'file')}" is not a folder.` },
    });
  });

  test('more than the system takes: arguments, environment, a variable', async () => {
    const many = Array.from({ length: 30 }, () => 'x'.repeat(100_000));
    const argv = await trial(['true', ...many]);
    expect(await argv.execute()).toMatchObject({
      error: { code: 'ORCH_PHASE_START', message: expect.stringContaining('too long') },
    });
    const env = await trial('true', { options: { env: Object.fromEntries(many.map((text, n) => [`V${n}`, text])) } });
    expect(await env.execute()).toMatchObject({
      error: { code: 'ORCH_PHASE_START', message: expect.stringContaining('too long') },
    });
  });

  test('a variable of a tap with a NUL character', async () => {
    const it = await trial('true', { context: { env: { BAD: 'a\0b' } } });
    expect(await it.execute()).toMatchObject({ status: 'failed', error: { code: 'ORCH_PHASE_START' } });
  });

  test('an attempt that was started before', async () => {
    const it = await trial('echo once');
    await it.execute();
    expect(await it.execute()).toMatchObject({
      error: { code: 'ORCH_PHASE_START', message: expect.stringContaining('started before') },
    });
    expect(it.log()).toBe('once\n');
  });

  test('a state that cannot be claimed', async () => {
    const it = await trial('echo started');
    symlinkSync('/no/such/file', it.files.state);
    expect(await it.execute()).toMatchObject({
      error: { code: 'ORCH_PHASE_START', message: expect.stringContaining('could not be claimed') },
    });
    expect(it.log()).not.toContain('started');
  });
});

test('a place where no folder can be made is refused, and not waited for', async () => {
  const executor = commandExecutor({ directory: '/proc/no/such' });
  await expect(executor.settle!('run-1', new Set())).rejects.toMatchObject({ code: 'ENOENT' });
});

test('descriptors of orch do not reach the command', async () => {
  const folder = emptyFolder();
  const descriptor = openSync(join(folder, 'secret'), 'w');
  const it = await trial('ls -l /proc/self/fd; ls -l /proc/$PPID/fd');
  await it.execute();
  closeSync(descriptor);
  expect(it.log()).not.toContain('secret');
});

test('folders and files are for this user only; two files an attempt', async () => {
  const before = process.umask(0);
  try {
    const it = await trial('echo a');
    await it.execute();
    const folder = dirname(it.files.log);
    expect(readdirSync(folder).toSorted()).toEqual([basename(it.files.log), basename(it.files.state)].toSorted());
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, '../artifacts')).mode & 0o777).toBe(0o700);
    expect(statSync(it.files.log).mode & 0o777).toBe(0o600);
    expect(statSync(it.files.state).mode & 0o777).toBe(0o600);
  } finally {
    process.umask(before);
  }
});

test.each([0, 0o022, 0o027])('the command has the umask of orch, %o, and not that of its state file', async (mask) => {
  const before = process.umask(mask);
  try {
    const it = await trial('umask; echo a > made');
    await it.execute();
    expect(Number.parseInt(it.log(), 8)).toBe(mask);
    expect(statSync(join(it.directory, 'made')).mode & 0o777).toBe(0o666 & ~mask);
    expect(statSync(it.files.state).mode & 0o777).toBe(0o600);
  } finally {
    process.umask(before);
  }
});

describe('the path of a log', () => {
  const id = { attempt: 3, part: 'main', key: '0123456789abcdef' } as const;
  const nameOf = (phase: string, more: object = {}): string =>
    basename(attemptLogPath('/d', 'r', { ...id, phase, ...more }));

  test('is the documented one', () => {
    expect(attemptLogPath('/state', 'run-1', { ...id, phase: 'build' })).toBe(
      '/state/runs/run-1/attempts/build.3.01234567.log',
    );
    expect(nameOf('build', { part: 'repair' })).toBe('build.3-repair.01234567.log');
    expect(nameOf('build', { index: 2 })).toBe('build-2.3.01234567.log');
    expect(attemptStdoutPath('/state', 'run-1', { ...id, phase: 'build' })).toBe(
      '/state/runs/run-1/attempts/build.3.01234567.stdout',
    );
  });

  test.each(['log', 'stdout', 'output', 'inputs', 'outputs', 'failed-output', 'state', 'command', 'stop'])(
    'a file that ends in .%s is of the attempt that its name says',
    async (ending) => {
      const directory = emptyFolder();
      const log = attemptLogPath(directory, 'r', { ...id, phase: 'a.b', part: 'repair' });
      mkdirSync(dirname(log), { recursive: true });
      writeFileSync(log.replace(/log$/, ending), '');
      writeFileSync(log.replace(/log$/, `${ending}s.of-mine`), '');
      const path = log.slice(0, -'.log'.length);
      expect(await forgottenAttempts(directory, 'r', async () => new Set())).toEqual([path]);
      expect(await forgottenAttempts(directory, 'r', async () => new Set([id.key]))).toEqual([]);
    },
  );

  const evil = [
    '../../etc/passwd',
    '..',
    '.',
    '-rf',
    'a/b',
    'a b',
    '"q"',
    "'",
    '${{ x }}',
    '__proto__',
    '🙂',
    '\u202e',
    'a.b.c',
    ' ',
    'x'.repeat(200),
    `${'x'.repeat(199)}y`,
    '\ud800',
  ];
  test.each(evil)('of phase %j is short, safe and its own', (phase) => {
    const name = nameOf(phase);
    expect(name).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,50}\.3\.01234567\.log$/);
    expect(evil.filter((other) => nameOf(other) === name)).toEqual([phase]);
  });
});

test('a program that is made executable later, and found in the working folder', async () => {
  const it = await trial(['./tool', 'a b']);
  mkdirSync(join(it.directory, 'sub'));
  const tool = join(it.directory, 'sub/tool');
  writeFileSync(tool, '#!/bin/sh\necho "$0 $1"\n');
  chmodSync(tool, 0o755);
  expect(
    await it.executor.execute({ ...it.attempt, options: { ...it.attempt.options, cwd: 'sub' } }, it.context),
  ).toMatchObject({ status: 'completed' });
  expect(readFileSync(it.files.log, 'utf8')).toBe('./tool a b\n');
});
