import { describe, expect, test } from 'vitest';
import type { FailedView, OptionKey } from '@orch/core/author';
import { retry, retryPlugin, type RetryPluginOptions, type RetryPolicy } from '@orch/plugin-retry';
import { load } from './load.ts';

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
    [{ delay: 1e13 }, 'must be a duration as in "5s", or a number of seconds'],
    [{ max_delay: 'x' }, 'must be a duration as in "5s", or a number of seconds'],
    [{ factor: 0.5 }, 'must be a number from 1 up'],
    [{ on: { exit_code: [1] } }, 'is no key of a filter of failures: there are classes, exit_codes, signals, pattern'],
    [{ on: { exit_codes: [256] } }, 'must be a list of exit codes from 0 to 255, at least one'],
    [{ not_on: { signals: ['KILL'] } }, 'must be a list of signals as in "SIGKILL", at least one'],
    [{ on: { classes: [] } }, expect.stringContaining('classes out of timeout, signal')],
    [{ on: { pattern: '(' } }, expect.stringContaining('Invalid regular expression')],
    [{ wait_until: '' }, 'must be text'],
    [{ repair: {} }, 'command is missing'],
    [{ repair: { command: [] } }, 'must be text for a shell, or a list of a program and its arguments'],
    [{ max_attempts: 2, backoff: 'none' }, 'must be "exponential", "linear" or "fixed"'],
    [{ max_attempts: 2, jitter: true }, 'must be "full", "equal" or "none"'],
    [
      { max_attempts: 2, constructor: 1 },
      expect.stringContaining('is no key of a retry policy: there are max_attempts, backoff, delay,'),
    ],
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
