import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { Attempt, AttemptContext, Json } from '@orch/core/author';
import { commandExecutor } from '../src/command-executor.ts';
import { attemptLogPath } from '../src/index.ts';
import { emptyFolder, open, table, trial, until } from './harness.ts';
import type { Trial } from './harness.ts';

interface Given {
  readonly context?: Partial<AttemptContext>;
  readonly attempt?: Partial<Attempt>;
}

/** Prints the variables that begin with ORCH_, each ended by a NUL. */
const showVariables = ['env', '-0'];

async function ran(given: Given, command: Json = showVariables): Promise<Trial> {
  const it = await trial(command, given);
  expect(await it.execute()).toMatchObject({ status: 'completed' });
  return it;
}

function variablesOf(it: Trial): Readonly<Record<string, string>> {
  const entries = it.log().split('\0').slice(0, -1);
  return Object.fromEntries(
    entries.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
  );
}

function inputVariablesOf(it: Trial): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(variablesOf(it)).filter(([name]) => name.startsWith('ORCH_INPUT_')));
}

function fileNames(it: Trial): string[] {
  const prefix = basename(it.files.log, 'log');
  return readdirSync(dirname(it.files.log))
    .map((name) => name.replace(prefix, ''))
    .toSorted();
}

const inputs = {
  version: '1.2.3 "x"\n',
  empty: '',
  count: 3.5,
  dry: false,
  none: null,
  list: [1, 'a'],
  map: { __proto__: 1 },
  Mixed_1: 'm',
  'not-a-name': 'x',
  ünï: 'x',
};

describe('inputs', () => {
  test('scalars are variables, all of them stand in a file for this user only', async () => {
    const it = await ran({ context: { inputs } });
    expect(inputVariablesOf(it)).toEqual({
      ORCH_INPUT_VERSION: '1.2.3 "x"\n',
      ORCH_INPUT_EMPTY: '',
      ORCH_INPUT_COUNT: '3.5',
      ORCH_INPUT_DRY: 'false',
      ORCH_INPUT_NONE: '',
      ORCH_INPUT_MIXED_1: 'm',
    });
    expect(variablesOf(it)['ORCH_INPUTS']).toBe(it.files.inputs);
    expect(JSON.parse(readFileSync(it.files.inputs, 'utf8'))).toEqual(inputs);
    expect(statSync(it.files.inputs).mode & 0o777).toBe(0o600);
  });

  test('none, and no outputs: no file and no variable', async () => {
    // Set where the tests are those of the gate.
    for (const name of ['ORCH_REQUIRE', 'ORCH_MERMAID']) vi.stubEnv(name, undefined);
    const it = await ran({});
    vi.unstubAllEnvs();
    expect(fileNames(it)).toEqual(['log', 'state']);
    expect(
      Object.keys(variablesOf(it))
        .filter((name) => name.startsWith('ORCH_'))
        .toSorted(),
    ).toEqual(['ARTIFACTS', 'ATTEMPT', 'KEY', 'LINEAGE', 'PART', 'PHASE', 'RUN_ID'].map((name) => `ORCH_${name}`));
  });

  test('those of an outer orch are not handed on', async () => {
    const outer = ['ORCH_INPUT_OUTER', 'ORCH_INPUTS', 'ORCH_OUTPUTS', 'ORCH_OUTPUT', 'ORCH_FAILED_LOG', 'ORCH_PART'];
    for (const name of outer) process.env[name] = 'outer';
    process.env['ORCH_STATE_OF_MINE'] = 'kept';
    try {
      const variables = variablesOf(await ran({ context: { inputs: { inner: 'i' } } }));
      expect(Object.entries(variables).filter(([, value]) => value === 'outer')).toEqual([]);
      expect(variables).toMatchObject({ ORCH_INPUT_INNER: 'i', ORCH_PART: 'main', ORCH_STATE_OF_MINE: 'kept' });
    } finally {
      for (const name of [...outer, 'ORCH_STATE_OF_MINE']) delete process.env[name];
    }
  });

  test('what a variable cannot hold stands in the file alone', async () => {
    const longest = 131_071 - 'ORCH_INPUT_FITS='.length;
    const odd = { fits: 'x'.repeat(longest), over: 'x'.repeat(longest), nul: 'a\0b', same: '1', SAME: '2', Same: '3' };
    const it = await ran({ context: { inputs: odd } });
    expect(inputVariablesOf(it)).toEqual({ ORCH_INPUT_FITS: odd.fits, ORCH_INPUT_OVER: odd.over });
    expect(JSON.parse(readFileSync(it.files.inputs, 'utf8'))).toEqual(odd);
    const longer = await ran({ context: { inputs: { over: `${odd.over}x` } } });
    expect(inputVariablesOf(longer)).toEqual({});
    expect(longer.warnings).toEqual([]);
  });

  test('a name of the prototype is a name like any other', async () => {
    const odd = JSON.parse('{"__proto__":"p","constructor":"c"}') as { readonly [name: string]: Json };
    const it = await ran({ context: { inputs: odd } });
    expect(inputVariablesOf(it)).toEqual({ ORCH_INPUT___PROTO__: 'p', ORCH_INPUT_CONSTRUCTOR: 'c' });
    expect(readFileSync(it.files.inputs, 'utf8')).toBe('{"__proto__":"p","constructor":"c"}\n');
  });
});

describe('secrets', () => {
  const canary = `canary-${process.pid}`;

  function textsUnder(folder: string): string {
    const found = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((it) => it.isFile());
    return found.map((it) => readFileSync(join(it.parentPath, it.name), 'utf8')).join('\n');
  }

  /** Empty where it has ended since: the command sleeps a little again and again. */
  function argumentsNow(pid: number): string {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return '';
      throw error;
    }
  }

  test('are in the environment of the process, in no file, argument or warning', async () => {
    const waits = 'test "$ORCH_INPUT_TOKEN" = "$EXPECTED" && while [ ! -e go ]; do sleep .02; done';
    const it = await trial(waits, {
      context: { inputs: { token: canary, open: 'o' }, secrets: ['token'], env: { EXPECTED: canary } },
      options: { env: { ALSO: canary } },
    });
    const outcome = it.execute();
    const pid = await it.running();
    const group = await until(() => {
      const members = table.snapshot().filter((entry) => entry.group === pid);
      return members.length > 1 && members;
    });
    const argumentsOf = group.map((entry) => argumentsNow(entry.pid));
    open(it);
    expect(await outcome).toMatchObject({ status: 'completed' });
    expect(argumentsOf.filter((it) => it !== '')).not.toEqual([]);
    expect(argumentsOf.join()).not.toContain(canary);
    expect(textsUnder(it.directory)).not.toContain(canary);
    expect(JSON.parse(readFileSync(it.files.inputs, 'utf8'))).toEqual({ open: 'o' });
    expect(it.warnings).toEqual([]);
  });

  test('alone make no file; lists and objects are JSON in their variable', async () => {
    const secrets = { token: canary, keys: { a: [canary] } };
    const it = await trial('test "$ORCH_INPUT_KEYS" = "$EXPECTED"', {
      context: { inputs: secrets, secrets: ['token', 'keys'], env: { EXPECTED: JSON.stringify(secrets.keys) } },
    });
    expect(await it.execute()).toMatchObject({ status: 'completed' });
    expect(fileNames(it)).toEqual(['log', 'state']);
  });

  test('that no variable can hold are left out, and that is said without them', async () => {
    const context = { inputs: { token: `${canary}\0` }, secrets: ['token'] };
    const it = await ran({ context });
    expect(inputVariablesOf(it)).toEqual({});
    expect(it.warnings).toEqual([`the secret input "token" can't be handed over in ORCH_INPUT_TOKEN`]);
  });

  test.each([
    ['a variable', { env: { BAD: `${canary}\0` } }, 'The variable "BAD" holds a NUL character'],
    ['a working folder', { cwd: `${canary}\0` }, 'The working folder holds a NUL character'],
    ['a word', { command: ['echo', `${canary}\0`] }, 'Word 2 of the command holds a NUL character'],
  ])('with a NUL character in %s: not started, and the text is not told', async (_what, options, message) => {
    const it = await trial('true', { options });
    const outcome = await it.execute();
    expect(outcome).toMatchObject({
      status: 'failed',
      error: { code: 'ORCH_PHASE_START', message: expect.stringContaining(message) },
    });
    expect(JSON.stringify(outcome)).not.toContain(canary);
    expect(existsSync(it.files.state)).toBe(false);
  });
});

test.each([
  ['a program', { command: ['', 'x'] }, 'The program of the command is an empty text.'],
  ['a working folder', { cwd: '' }, 'The working folder is an empty text.'],
])('an expression that left nothing of %s: not started', async (_what, options, message) => {
  const it = await trial('true', { options });
  expect(await it.execute()).toMatchObject({ error: { code: 'ORCH_PHASE_START', message } });
});

test('outputs of dependencies stand in a file, by the name of the phase', async () => {
  const outputs = { 'a b/"': { n: 1 }, __proto__: null, list: [true] };
  const it = await ran({ context: { outputs } });
  expect(variablesOf(it)['ORCH_OUTPUTS']).toBe(it.files.outputs);
  expect(JSON.parse(readFileSync(it.files.outputs, 'utf8'))).toEqual(outputs);
  expect(statSync(it.files.outputs).mode & 0o777).toBe(0o600);
  expect(fileNames(it)).toEqual(['log', 'outputs', 'state']);
});

describe('a repair', () => {
  const failed = { number: 2, key: 'fedcba9876543210', class: 'exit', message: 'It "failed"\n\0.' } as const;

  test('is told of the attempt that failed', async () => {
    const directory = emptyFolder();
    const executor = commandExecutor({ directory });
    const key = { key: failed.key, number: 2 };
    const before = await trial('echo broken; exit 3', { directory, executor, attempt: key });
    await before.execute();
    const it = await trial(showVariables, {
      directory,
      executor,
      settled: false,
      attempt: { part: 'repair', number: 3, failed: { ...failed, exitCode: 3, output: { why: ['x'] } } },
    });
    expect(await it.execute()).toMatchObject({ status: 'completed' });
    expect(variablesOf(it)).toMatchObject({
      ORCH_ATTEMPT: '3',
      ORCH_PART: 'repair',
      ORCH_PHASE: 'build',
      ORCH_FAILED_ATTEMPT: '2',
      ORCH_FAILED_CLASS: 'exit',
      ORCH_FAILED_MESSAGE: 'It "failed"\n\uFFFD.',
      ORCH_FAILED_EXIT_CODE: '3',
      ORCH_FAILED_LOG: attemptLogPath(directory, 'run-1', {
        phase: 'build',
        attempt: 2,
        part: 'main',
        key: failed.key,
      }),
      ORCH_FAILED_OUTPUT: it.files.failedOutput,
    });
    expect(readFileSync(variablesOf(it)['ORCH_FAILED_LOG']!, 'utf8')).toBe('broken\n');
    expect(JSON.parse(readFileSync(it.files.failedOutput, 'utf8'))).toEqual({ why: ['x'] });
    expect(fileNames(it)).toEqual(expect.arrayContaining(['failed-output', 'log', 'state']));
    expect(basename(it.files.log)).toMatch(/^build\.3-repair\./);
  });

  test('is told nothing that is not known', async () => {
    const it = await ran({ attempt: { part: 'repair', failed: { ...failed, class: 'timeout' } } });
    const names = Object.keys(variablesOf(it)).filter((name) => name.startsWith('ORCH_FAILED_'));
    expect(names.toSorted()).toEqual(['ORCH_FAILED_ATTEMPT', 'ORCH_FAILED_CLASS', 'ORCH_FAILED_MESSAGE']);
  });
});
