import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type {
  Decision,
  FailedView,
  OptionKey,
  PhaseOptionSettings,
  PluginHost,
  Repair,
  Schema,
} from '@orch/core/author';
import {
  retry,
  retryPlugin,
  type RetryPluginOptions,
  type RetryPolicy,
  type StoredRetryPolicy,
} from '@orch/plugin-retry';

type OnError = (attempt: FailedView) => Promise<Decision | undefined>;

/** Applies the plugin to a host that only records. Time stands at 1,000,000, and chance in the middle. */
function load(options?: RetryPluginOptions): {
  onError: OnError;
  told: string[];
  keys: Map<string, { schema: Schema; settings: PhaseOptionSettings<unknown> | undefined }>;
} {
  const keys: ReturnType<typeof load>['keys'] = new Map();
  let onError: OnError | undefined;
  const told: string[] = [];
  const host = {
    now: () => 1_000_000,
    random: () => 0.5,
    log: { info: (line: string) => told.push(line), warn: (line: string) => told.push(line) },
    hooks: { onError: { tap: (_: string, listen: OnError) => (onError = listen) } },
    phaseOption(key: string, schema: Schema, settings?: PhaseOptionSettings<unknown>) {
      keys.set(key, { schema, settings });
      return { key };
    },
  };
  retryPlugin(options).apply(host as unknown as PluginHost);
  return { onError: onError!, keys, told };
}

/** Waiting times in milliseconds until the phase fails for good. */
async function waits(phase: Record<string, unknown>, options?: RetryPluginOptions): Promise<number[]> {
  const { onError } = load(options);
  const made: number[] = [];
  for (let charged = 0; made.length < 20; charged++) {
    const option = <T>({ key }: OptionKey<T>): T | undefined => phase[key] as T | undefined;
    const decision = await onError({ charged, option, elapsedMs: 0 } as unknown as FailedView);
    if (decision === undefined) break;
    made.push((decision as { retryAt: number }).retryAt - 1_000_000);
  }
  return made;
}

const phaseWith = (policy: RetryPolicy): Record<string, unknown> => {
  const { option, value } = retry(policy);
  return { [option]: value };
};

describe('attempts', () => {
  test.each<[string, Record<string, unknown>, RetryPluginOptions | undefined, number[]]>([
    ['a phase that says nothing', {}, undefined, []],
    ['retry_count 0: one attempt', { retry_count: 0 }, undefined, []],
    ['retry_count 1: one attempt', { retry_count: 1 }, undefined, []],
    ['retry_count 3: the founding loop', { retry_count: 3 }, undefined, [500, 1_000]],
    ['retry', phaseWith({ maxAttempts: 4, delay: '10s', maxDelay: '15s' }), undefined, [5_000, 7_500, 7_500]],
    [
      'retry without chance',
      phaseWith({ maxAttempts: 3, backoff: 'linear', delay: '1m', maxDelay: '5m', jitter: 'none' }),
      undefined,
      [60_000, 120_000],
    ],
    ['both: retry counts', { ...phaseWith({ maxAttempts: 2 }), retry_count: 9 }, undefined, [500]],
    ['defaults', {}, { defaults: { maxAttempts: 2, delay: '4s' } }, [2_000]],
    [
      'a count keeps the defaults’ delays',
      { retry_count: 3 },
      { defaults: { maxAttempts: 9, delay: '4s', backoff: 'fixed' } },
      [2_000, 2_000],
    ],
    [
      'a policy keeps what it does not say',
      phaseWith({ maxAttempts: 2 }),
      { defaults: { maxAttempts: 9, jitter: 'none' } },
      [1_000],
    ],
  ])('%s', async (_, phase, options, expected) => {
    expect(await waits(phase, options)).toEqual(expected);
  });
});

describe('keys', () => {
  test('plan files have retry_count, 3 when they do not say', () => {
    const { keys } = load();
    expect(keys.get('retry_count')?.settings).toEqual({ planDefault: 3, notBeside: 'retry' });
    expect(keys.get('retry')?.settings).toMatchObject({ notBeside: 'retry_count' });
    expect(load({ defaults: { maxAttempts: 5 } }).keys.get('retry_count')?.settings).toMatchObject({ planDefault: 5 });
  });
  const issuesOf = (key: string, value: unknown): unknown => load().keys.get(key)?.schema['~standard'].validate(value);
  test.each([0, 1, 3, 1_000_000])('retry_count %j', (value) => {
    expect(issuesOf('retry_count', value)).toEqual({ value });
  });
  test.each([-1, 1.5, '3', null, true, Number.NaN, 2 ** 60])('retry_count %j is refused', (value) => {
    expect(issuesOf('retry_count', value)).toEqual({ issues: [{ message: 'must be a whole number from 0 up' }] });
  });
  test('what retry() makes fits', () => {
    const { value: whole } = retry({
      maxAttempts: 3,
      maxElapsed: '1h',
      notOn: { exitCodes: [2] },
      waitUntil: 'output.reset',
      repair: { command: 'fix', stopWhenUnchanged: 'git diff' },
    });
    expect(whole).toEqual({
      max_attempts: 3,
      max_elapsed: '1h',
      not_on: { exit_codes: [2] },
      wait_until: 'output.reset',
      repair: { command: 'fix', stop_when_unchanged: 'git diff' },
    });
    expect(issuesOf('retry', whole)).toEqual({ value: whole });
    const { value } = retry({ maxAttempts: 3, backoff: 'fixed', delay: '5s', maxDelay: '1m', jitter: 'none' });
    expect(value).toEqual({ max_attempts: 3, backoff: 'fixed', delay: '5s', max_delay: '1m', jitter: 'none' });
    expect(issuesOf('retry', value)).toEqual({ value });
  });
  test.each<[unknown, unknown]>([
    [{ max_attempts: 0 }, 'must be a whole number from 1 up'],
    [{ delay: -5 }, 'must be a duration as in "5s", or a number of seconds'],
    [{ max_delay: 'x' }, 'must be a duration as in "5s", or a number of seconds'],
    [{ factor: 0.5 }, 'must be a number from 1 up'],
    [{ on: { exit_code: [1] } }, 'is no key of a filter of failures'],
    [{ on: { exit_codes: [256] } }, 'must be a list of exit codes from 0 to 255, at least one'],
    [{ not_on: { signals: ['KILL'] } }, 'must be a list of signals as in "SIGKILL", at least one'],
    [{ on: { classes: [] } }, expect.stringContaining('classes out of timeout, signal')],
    [{ on: { pattern: '(' } }, expect.stringContaining('Invalid regular expression')],
    [{ wait_until: '' }, 'must be text'],
    [{ repair: {} }, 'command is missing'],
    [{ repair: { command: [] } }, 'must be text for a shell, or a list of a program and its arguments'],
    [{ max_attempts: 2, backoff: 'none' }, 'must be "exponential", "linear" or "fixed"'],
    [{ max_attempts: 2, jitter: true }, 'must be "full", "equal" or "none"'],
    [{ max_attempts: 2, constructor: 1 }, 'is no key of a retry policy'],
    [null, 'must be an object'],
    [[], 'must be an object'],
  ])('retry %j is refused', (value, message) => {
    expect(issuesOf('retry', value)).toMatchObject({ issues: [{ message }] });
  });
  test('wrong defaults', () => {
    expect(() => retryPlugin({ defaults: { maxAttempts: 0 } })).toThrow(
      expect.objectContaining({
        code: 'ORCH_PLUGIN_INVALID',
        message: 'retryPlugin: defaults: max_attempts must be a whole number from 1 up.',
      }),
    );
  });
});

describe('which failures are tried again', () => {
  const failure = { class: 'exit', exitCode: 7, message: 'exit 7' };

  /** What becomes of a failure under a policy, as it is written in a plan. */
  async function decided(policy: StoredRetryPolicy, more: object = {}): Promise<Decision | undefined> {
    const { onError } = load();
    const option = <T>({ key }: OptionKey<T>): T | undefined => (key === 'retry' ? (policy as T) : undefined);
    const view = {
      charged: 0,
      option,
      elapsedMs: 0,
      error: failure,
      tail: async () => 'line\nno route to host\n',
      ...more,
    };
    return onError(view as unknown as FailedView);
  }

  test.each<[StoredRetryPolicy, boolean]>([
    [{}, true],
    [{ on: { exit_codes: [7] } }, true],
    [{ on: { exit_codes: [8] } }, false],
    [{ on: { classes: ['timeout', 'exit'] } }, true],
    [{ on: { classes: ['timeout'] } }, false],
    [{ on: { pattern: 'no route' } }, true],
    [{ on: { pattern: '^no route' } }, false],
    [{ on: { signals: ['SIGKILL'], pattern: 'host$' } }, false],
    [{ on: { classes: ['timeout'], exit_codes: [7] } }, true],
    [{ not_on: { exit_codes: [7] } }, false],
    [{ not_on: { pattern: 'disk full' } }, true],
    [{ on: { exit_codes: [7] }, not_on: { pattern: 'no route' } }, false],
  ])('%j: %s', async (policy, again) => {
    expect((await decided(policy)) !== undefined).toBe(again);
  });

  test('a signal is one by its name', async () => {
    const error = { class: 'signal', signal: 'SIGKILL', message: '' };
    expect(await decided({ on: { signals: ['SIGKILL'] } }, { error })).toBeDefined();
    expect(await decided({ on: { signals: ['SIGTERM'] } }, { error })).toBeUndefined();
  });

  test('none after max_elapsed: where the next attempt would begin too late, it is said', async () => {
    const policy = { max_elapsed: '10s', delay: 4, jitter: 'none' } as const;
    expect(await decided(policy, { elapsedMs: 6_000 })).toEqual({ retryAt: 1_004_000 });
    expect(await decided(policy, { elapsedMs: 6_001 })).toEqual({
      fail: true,
      note: 'There is no next attempt: it would begin later than 10 s after the first.',
    });
  });
});

describe('wait_until', () => {
  async function waited(
    value: unknown,
    more: object = {},
    policy: StoredRetryPolicy = {},
  ): Promise<[Decision | undefined, string[]]> {
    const { onError, told } = load();
    const full = { wait_until: 'output.reset', jitter: 'none', ...policy };
    const option = <T>({ key }: OptionKey<T>): T | undefined => (key === 'retry' ? (full as T) : undefined);
    const evaluate = (source: string): unknown => {
      expect(source).toBe('output.reset');
      if (value instanceof Error) throw value;
      return value;
    };
    const error = { class: 'exit', message: '' };
    const view = { charged: 0, option, elapsedMs: 0, error, tail: async () => '', phase: 'a', evaluate, ...more };
    return [await onError(view as unknown as FailedView), told];
  }

  test.each<[unknown, number]>([
    [1_090, 1_090_000],
    [1_090.5, 1_090_500],
    ['1970-01-01T00:20:00Z', 1_200_000],
    ['1970-01-01 00:20:00.250+00:00', 1_200_250],
  ])('%j is a time to wait for, and charges nothing', async (value, until) => {
    expect(await waited(value)).toEqual([{ until, charge: false, class: 'rate-limited' }, []]);
  });

  test('counts even where no attempt is left, and for failures that are not tried again', async () => {
    const [decision] = await waited(1_090, { charged: 99 }, { on: { exit_codes: [3] } });
    expect(decision).toMatchObject({ until: 1_090_000 });
  });

  test.each([[null], [undefined], [''], [1_000], [900], ['1970-01-01T00:00:01Z']])(
    '%j is none: the failure is like any other',
    async (value) => {
      expect(await waited(value)).toEqual([{ retryAt: 1_001_000 }, []]);
    },
  );

  test.each([['tomorrow'], ['1970-01-01T00:20:00'], [true], [[1]], [new Error('there is no output')]])(
    '%j can not be one, and that is said',
    async (value) => {
      const [decision, told] = await waited(value);
      expect(decision).toEqual({ retryAt: 1_001_000 });
      expect(told).toMatchObject([expect.stringContaining('phase "a": wait_until tells no time')]);
    },
  );

  test('is not longer than max_elapsed', async () => {
    expect((await waited(1_090, {}, { max_elapsed: '1m' }))[0]).toMatchObject({ fail: true });
  });

  test('is an expression that validation sees', () => {
    const { settings } = load().keys.get('retry')!;
    expect(settings!.expressions!({ wait_until: 'output.x' })).toEqual([{ path: ['wait_until'], source: 'output.x' }]);
    expect(settings!.expressions!({})).toEqual([]);
  });
});

describe('repair', () => {
  async function repairIn(repair: StoredRetryPolicy['repair']): Promise<Repair> {
    const { onError } = load();
    const option = <T>({ key }: OptionKey<T>): T | undefined => (key === 'retry' ? ({ repair } as T) : undefined);
    const decision = await onError({
      charged: 0,
      option,
      elapsedMs: 0,
      error: {},
      tail: async () => '',
    } as unknown as FailedView);
    return (decision as { repair: Repair }).repair;
  }

  test('is a command before the next attempt', async () => {
    expect(await repairIn({ command: 'fix', timeout: '5m' })).toEqual({
      kind: 'command',
      options: { command: 'fix' },
      timeoutMs: 300_000,
    });
    expect(await repairIn({ command: ['fix', 'it'] })).toEqual({
      kind: 'command',
      options: { command: ['fix', 'it'] },
    });
  });

  test.each<[string, string, string | [string, ...string[]], number | 'unchanged']>([
    ['changes something', 'cat x', 'echo more >> x', 0],
    ['changes nothing', 'cat x', 'true', 'unchanged'],
    ['changes something else', 'cat x', 'echo more >> y', 'unchanged'],
    ['fails', 'cat x', 'echo more >> x; exit 3', 3],
    ['fails with the code that means something here', 'cat x', 'exit 113', 1],
    ['is a list of words', 'cat x', ['/bin/sh', '-c', 'echo "$1" >> x', 'me', '; touch hacked'], 0],
    ['can not be watched', 'cat nowhere', 'echo more >> x', 1],
  ])('that %s', async (_, look, command, expected) => {
    const folder = mkdtempSync(join(tmpdir(), 'orch-repair-'));
    try {
      writeFileSync(join(folder, 'x'), 'before\n');
      const repair = await repairIn({ command, stop_when_unchanged: look });
      const [program, ...args] = repair.options['command'] as [string, ...string[]];
      const { status } = spawnSync(program, args, { cwd: folder, stdio: 'ignore' });
      expect(status).toBe(expected === 'unchanged' ? repair.unchangedExitCode : expected);
      expect(existsSync(join(folder, 'hacked'))).toBe(false);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
