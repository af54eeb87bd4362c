import { describe, expect, test } from 'vitest';
import type {
  AttemptView,
  Decision,
  OptionKey,
  PhaseError,
  PhaseOptionSettings,
  PluginHost,
  Schema,
} from '@orch/core/author';
import { retry, retryPlugin, type RetryPluginOptions, type RetryPolicy } from '@orch/plugin-retry';

type OnError = (attempt: AttemptView & { readonly error: PhaseError }) => Decision | undefined;

/** Applies the plugin to a host that only records. Time stands at 1,000,000, and chance in the middle. */
function load(options?: RetryPluginOptions): {
  onError: OnError;
  keys: Map<string, { schema: Schema; settings: PhaseOptionSettings<unknown> | undefined }>;
} {
  const keys: ReturnType<typeof load>['keys'] = new Map();
  let onError: OnError | undefined;
  const host = {
    now: () => 1_000_000,
    random: () => 0.5,
    hooks: { onError: { tap: (_: string, listen: OnError) => (onError = listen) } },
    phaseOption(key: string, schema: Schema, settings?: PhaseOptionSettings<unknown>) {
      keys.set(key, { schema, settings });
      return { key };
    },
  };
  retryPlugin(options).apply(host as unknown as PluginHost);
  return { onError: onError!, keys };
}

/** Waiting times in milliseconds until the phase fails for good. */
function waits(phase: Record<string, unknown>, options?: RetryPluginOptions): number[] {
  const { onError } = load(options);
  const made: number[] = [];
  for (let charged = 0; made.length < 20; charged++) {
    const option = <T>({ key }: OptionKey<T>): T | undefined => phase[key] as T | undefined;
    const decision = onError({ charged, option } as unknown as Parameters<OnError>[0]);
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
  ])('%s', (_, phase, options, expected) => {
    expect(waits(phase, options)).toEqual(expected);
  });
});

describe('keys', () => {
  test('plan files have retry_count, 3 when they do not say', () => {
    const { keys } = load();
    expect(keys.get('retry_count')?.settings).toEqual({ planDefault: 3 });
    expect(keys.get('retry')?.settings).toEqual({ inPlans: false });
    expect(load({ defaults: { maxAttempts: 5 } }).keys.get('retry_count')?.settings).toEqual({ planDefault: 5 });
  });
  const issuesOf = (key: string, value: unknown): unknown => load().keys.get(key)?.schema['~standard'].validate(value);
  test.each([0, 1, 3, 1_000_000])('retry_count %j', (value) => {
    expect(issuesOf('retry_count', value)).toEqual({ value });
  });
  test.each([-1, 1.5, '3', null, true, Number.NaN, 2 ** 60])('retry_count %j is refused', (value) => {
    expect(issuesOf('retry_count', value)).toEqual({ issues: [{ message: 'must be a whole number from 0 up' }] });
  });
  test('what retry() makes fits', () => {
    const { value } = retry({ maxAttempts: 3, backoff: 'fixed', delay: '5s', maxDelay: '1m', jitter: 'none' });
    expect(value).toEqual({ max_attempts: 3, backoff: 'fixed', delay: '5s', max_delay: '1m', jitter: 'none' });
    expect(issuesOf('retry', value)).toEqual({ value });
  });
  test.each<[unknown, string]>([
    [{}, 'max_attempts is missing'],
    [{ max_attempts: 0 }, 'must be a whole number from 1 up'],
    [{ max_attempts: 2, delay: 5 }, 'must be a duration as in "5s"'],
    [{ max_attempts: 2, max_delay: 'x' }, 'must be a duration as in "60s"'],
    [{ max_attempts: 2, backoff: 'none' }, 'must be "exponential", "linear" or "fixed"'],
    [{ max_attempts: 2, jitter: true }, 'must be "full" or "none"'],
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
