import { describe, expect, it } from 'vitest';
import { event, load, run, beforeBuild, failedBuild } from './bench.ts';

describe('taps', () => {
  it('get a context of their own plugin', async () => {
    const seen: unknown[] = [];
    const { calls } = load(
      ({ hooks }) => hooks.beforeRun.tap('x', ({ memory }) => void seen.push(memory.get('path'))),
      ({ hooks }) => hooks.beforeRun.tap('x', ({ memory }) => void seen.push(memory.get('path'))),
    );
    await calls.beforeRun(run);
    expect(seen).toEqual(['a path', 'b path']);
  });

  it('are ordered by stage, then by before, then by their plugins', async () => {
    const said: string[] = [];
    const { calls } = load(
      ({ hooks }) => {
        hooks.beforeRun.tap('first', () => void said.push('first'));
        hooks.beforeRun.tap({ name: 'last', stage: 10 }, () => void said.push('last'));
      },
      ({ hooks }) => {
        hooks.beforeRun.tap('second', () => void said.push('second'));
        hooks.beforeRun.tapPromise({ name: 'early', before: 'first' }, async () => void said.push('early'));
        hooks.beforeRun.tap({ name: 'earliest', stage: -10 }, () => void said.push('earliest'));
      },
    );
    await calls.beforeRun(run);
    expect(said).toEqual(['earliest', 'early', 'first', 'second', 'last']);
  });

  it('may be added after apply', async () => {
    const said: string[] = [];
    let add = (): void => {};
    const { calls } = load(({ hooks }) => {
      add = () => hooks.beforeRun.tap('late', () => void said.push('late'));
    });
    await calls.beforeRun(run);
    add();
    await calls.beforeRun(run);
    expect(said).toEqual(['late']);
    expect(calls.tapped.beforeRun).toBe(true);
  });

  it.each<[unknown, unknown, string]>([
    [undefined, () => undefined, 'has no name'],
    ['', () => undefined, 'has no name'],
    [{ stage: 1 }, () => undefined, 'has no name'],
    ['x', undefined, 'has no function'],
    [{ name: 'x', stage: 'early' }, () => undefined, 'has a stage that is no number'],
    [{ name: 'x', before: 3 }, () => undefined, 'has a "before" that is no name of a tap'],
    [{ name: 'x', timeLimitMs: 0 }, () => undefined, 'has a timeLimitMs that is no number above 0'],
    [
      { name: 'x', timeLimitMs: Number.POSITIVE_INFINITY },
      () => undefined,
      'has a timeLimitMs that is no number above 0',
    ],
  ])('refuses tap(%j, %s)', (options, listen, problem) => {
    expect(() => load(({ hooks }) => hooks.beforeRun.tap(options as string, listen as () => void))).toThrow(
      expect.objectContaining({
        code: 'ORCH_PLUGIN_INVALID',
        message: `Plugin "a": a tap of beforeRun ${problem}.`,
      }),
    );
  });

  it('cannot overwrite what core keeps of them', async () => {
    const { calls } = load(({ hooks }) =>
      hooks.beforeRun.tap(
        { name: 'x', plugin: 'somebody else', fn: () => undefined, type: 'sync' } as { name: string },
        () => {
          throw new Error('mine');
        },
      ),
    );
    await expect(calls.beforeRun(run)).rejects.toThrow('of plugin "a" failed: mine');
  });

  it('see the tapping side only', () => {
    load(({ hooks }) => {
      expect(Object.keys(hooks.onError)).toEqual(['tap', 'tapPromise']);
      expect(Object.keys(hooks.onEvent)).toEqual(['tap']);
      expect(Object.isFrozen(hooks)).toBe(true);
    });
  });
});

describe('a hook without taps', () => {
  it('says so, answers undefined, and allocates no promise', async () => {
    const { calls } = load();
    expect(Object.values(calls.tapped)).toEqual(Array.from({ length: 7 }, () => false));
    expect(calls.beforePhase(beforeBuild)).toBe(calls.onError(failedBuild));
    expect(await calls.beforePhase(beforeBuild)).toBeUndefined();
    await calls.beforeRun(run);
    calls.onEvent(event, { runId: 'r', workflow: 'w' });
  });

  it('does not make the context that nobody reads', async () => {
    const { calls } = load();
    const explode = (): never => {
      throw new Error('made');
    };
    await calls.beforePhase(explode);
    await calls.afterRun(explode, explode);
  });

  it('is told apart hook by hook', () => {
    const { calls } = load(({ hooks }) => hooks.onEvent.tap('x', () => undefined));
    expect(Object.entries(calls.tapped).filter(([, isTapped]) => isTapped)).toEqual([['onEvent', true]]);
  });
});
