import { describe, expect, it } from 'vitest';
import type { Decision } from '../../src/hooks/lifecycle-hooks.ts';
import { settled } from '../engine/bench.ts';
import { beforeBuild, failedBuild, load, never, run } from './bench.ts';

describe('a hook that decides', () => {
  it('rejects with the tap, the hook, the plugin and the cause where a tap throws', async () => {
    const cause = new Error('no disk');
    const { calls } = load(({ hooks }) =>
      hooks.beforeRun.tap('prepare', () => {
        throw cause;
      }),
    );
    await expect(calls.beforeRun(run)).rejects.toMatchObject({
      code: 'ORCH_HOOK_FAILED',
      message: 'The beforeRun tap "prepare" of plugin "a" failed: no disk',
      cause,
    });
  });

  it('rejects where an async function that came by `tap` rejects', async () => {
    const { calls } = load(({ hooks }) =>
      hooks.beforePhase.tap('prepare', async () => {
        await settled();
        throw new Error('late');
      }),
    );
    await expect(calls.beforePhase(beforeBuild)).rejects.toMatchObject({
      code: 'ORCH_HOOK_FAILED',
      message: expect.stringContaining('beforePhase tap "prepare" of plugin "a" failed: late'),
    });
  });

  it('calls no later tap after one that failed', async () => {
    const said: string[] = [];
    const { calls } = load(
      ({ hooks }) => hooks.beforeRun.tap('bad', () => Promise.reject(new Error('no'))),
      ({ hooks }) => hooks.beforeRun.tap('next', () => void said.push('next')),
    );
    await expect(calls.beforeRun(run)).rejects.toThrow('no');
    expect(said).toEqual([]);
  });

  it('does not end on the promise of an async tap that has no answer', async () => {
    const { calls } = load(
      ({ hooks }) => hooks.beforePhase.tap('looks', async () => undefined),
      ({ hooks }) => hooks.beforePhase.tap('decides', async () => ({ skip: 'not today' })),
      ({ hooks }) => hooks.beforePhase.tap('late', () => ({ skip: 'never asked' })),
    );
    expect(await calls.beforePhase(beforeBuild)).toEqual({ skip: 'not today' });
  });

  it('goes on after a beforeRun tap that answers something: there is nothing to answer', async () => {
    const said: string[] = [];
    const { calls } = load(
      ({ hooks }) => hooks.beforeRun.tap('first', (() => 'a value') as () => void),
      ({ hooks }) => hooks.beforeRun.tap('second', () => void said.push('second')),
    );
    await calls.beforeRun(run);
    expect(said).toEqual(['second']);
  });

  it('reports a tap that never settles at its limit, 30 s if it does not say', async () => {
    const { calls, clock } = load(({ hooks }) => hooks.beforePhase.tap('hangs', () => never));
    const failure = calls.beforePhase(beforeBuild).catch((error: unknown) => error);
    let isOver = false;
    void failure.then(() => (isOver = true));
    await clock.advance(29_999);
    expect(isOver).toBe(false);
    await clock.advance(1);
    expect(await failure).toMatchObject({
      code: 'ORCH_HOOK_TIME_LIMIT',
      message: 'The beforePhase tap "hangs" of plugin "a" did not settle within its time limit of 30 s.',
    });
  });

  it('takes a limit for each tap', async () => {
    const { calls, clock } = load(({ hooks }) =>
      hooks.onError.tapPromise({ name: 'hangs', timeLimitMs: 250 }, () => never),
    );
    const failure = calls.onError(failedBuild).catch((error: unknown) => error);
    await clock.advance(250);
    expect(await failure).toMatchObject({ code: 'ORCH_HOOK_TIME_LIMIT' });
  });

  it('calls its timer off once the tap has settled', async () => {
    const { calls, clock } = load(({ hooks }) => hooks.beforeRun.tap('quick', async () => undefined));
    await calls.beforeRun(run);
    await settled();
    expect(clock.pending).toBe(0);
  });

  it('hears a tap that rejects after its limit, so that the process goes on', async () => {
    let fail: (error: Error) => void = () => {};
    const late = new Promise<void>((_resolve, reject) => (fail = reject));
    const { calls, clock } = load(({ hooks }) => hooks.beforeRun.tap({ name: 'late', timeLimitMs: 1 }, () => late));
    const failure = calls.beforeRun(run).catch((error: unknown) => error);
    await clock.advance(1);
    expect(await failure).toMatchObject({ code: 'ORCH_HOOK_TIME_LIMIT' });
    // Unheard, it would fail this file as an unhandled rejection.
    fail(new Error('too late'));
    await settled();
  });

  it.each<Decision>([
    { retryAt: 5 },
    { retryAt: 5, charge: false },
    { retryAt: 5, charge: true, repair: { kind: 'command', options: { command: 'pnpm install' }, timeoutMs: 1_000 } },
    { until: 5, charge: false, class: 'rate-limited' },
    { fail: true, note: 'nothing changed' },
    { skip: 'known to fail' },
    { fail: true },
  ])('takes the decision %j', async (decision) => {
    const { calls } = load(({ hooks }) => hooks.onError.tap('decides', () => decision));
    expect(await calls.onError(failedBuild)).toEqual(decision);
  });

  it.each([
    { retry: true },
    {},
    { retryAt: Number.NaN },
    { retryAt: Number.POSITIVE_INFINITY },
    { retryAt: '5' },
    { retryAt: 5, charge: 'no' },
    { retryAt: 5, until: 6 },
    { retryAt: 5, class: 'bad luck' },
    { retryAt: 5, repair: { kind: 'command' } },
    { fail: true, note: 3 },
    { retryAt: 5, skip: 'both' },
    { skip: 3 },
    { fail: false },
    null,
    true,
    'retry',
    7,
  ])('refuses %j as an answer of onError, and names the tap', async (answer) => {
    const { calls } = load(({ hooks }) => hooks.onError.tap('decides', (() => answer) as unknown as () => Decision));
    await expect(calls.onError(failedBuild)).rejects.toMatchObject({
      code: 'ORCH_HOOK_FAILED',
      message: expect.stringMatching(/^The onError tap "decides" of plugin "a" failed: its answer .* is none/),
    });
  });

  it.each([{ skip: true }, { skip: undefined }, { retryAt: 5 }, 'skip', null])(
    'refuses %j as an answer of beforePhase',
    async (answer) => {
      const { calls } = load(({ hooks }) =>
        hooks.beforePhase.tap('decides', (() => answer) as unknown as () => { skip: string }),
      );
      await expect(calls.beforePhase(beforeBuild)).rejects.toMatchObject({ code: 'ORCH_HOOK_FAILED' });
    },
  );

  it('lets taps change env and cwd of one context', async () => {
    const env: Record<string, string> = {};
    const { calls } = load(
      ({ hooks }) => hooks.beforePhase.tap('one', (phase) => void (phase.env['A'] = '1')),
      ({ hooks }) => hooks.beforePhase.tap('two', (phase) => void (phase.env['B'] = `${phase.env['A']}2`)),
    );
    await calls.beforePhase((name) => ({ ...beforeBuild(name), env }));
    expect(env).toEqual({ A: '1', B: '12' });
  });
});
