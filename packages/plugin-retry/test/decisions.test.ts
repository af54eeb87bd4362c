import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Decision, FailedView, OptionKey, Repair } from '@orch/core/author';
import type { StoredRetryPolicy } from '@orch/plugin-retry';
import { load } from './load.ts';

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
    const view = {
      charged: 0,
      option,
      elapsedMs: 0,
      error,
      tail: async () => '',
      phase: 'a',
      startedAt: 950_000,
      evaluate,
      ...more,
    };
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

  test.each([[null], [undefined], [''], [950], [900], ['1970-01-01T00:00:01Z']])(
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

  test('that passed while orch was dead is waited for no more: the next attempt is charged as none all the same', async () => {
    expect((await waited(1_000, { charged: 99 }))[0]).toEqual({
      retryAt: 1_001_000,
      charge: false,
      class: 'rate-limited',
    });
  });

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
