import { describe, expect, it } from 'vitest';
import type { TapWarning } from '../../src/hooks/hook-calls.ts';
import type { Hooks } from '../../src/hooks/lifecycle-hooks.ts';
import { settled } from '../engine/bench.ts';
import { attempt, event, load, never, run } from './bench.ts';

const observers = ['afterPhase', 'onCheckpoint', 'afterRun'] as const;
type Observer = (typeof observers)[number];

function tapOf(hooks: Hooks, hook: Observer): (name: string, listen: () => void | Promise<void>) => void {
  return (name, listen) => hooks[hook].tap(name, listen);
}

function call(
  calls: ReturnType<typeof load>['calls'],
  hook: Observer,
  warn: (warning: TapWarning) => void,
): Promise<void> {
  switch (hook) {
    case 'afterPhase':
      return calls.afterPhase((name) => ({ ...attempt(name), outcome: { status: 'completed' } }), warn);
    case 'onCheckpoint':
      return calls.onCheckpoint((name) => ({ ...run(name), checkpoint: 'build', version: 3 }), warn);
    case 'afterRun':
      return calls.afterRun((name) => ({ ...run(name), status: 'completed' }), warn);
  }
}

describe.each(observers)('the observer %s', (hook) => {
  it('turns a failure into a warning that names the tap, and calls the next taps', async () => {
    const said: string[] = [];
    const warnings: TapWarning[] = [];
    const { calls } = load(
      ({ hooks }) =>
        tapOf(hooks, hook)('throws', () => {
          throw new Error('oh');
        }),
      ({ hooks }) => tapOf(hooks, hook)('rejects', async () => Promise.reject(new Error('no'))),
      ({ hooks }) => tapOf(hooks, hook)('works', () => void said.push('works')),
    );
    await call(calls, hook, (warning) => warnings.push(warning));
    expect(said).toEqual(['works']);
    expect(warnings).toEqual([
      { plugin: 'a', message: `The ${hook} tap "throws" of plugin "a" failed: oh` },
      { plugin: 'b', message: `The ${hook} tap "rejects" of plugin "b" failed: no` },
    ]);
  });

  it('warns of a tap that never settles at its limit, and calls the next', async () => {
    const said: string[] = [];
    const warnings: TapWarning[] = [];
    const { calls, clock } = load(
      ({ hooks }) => tapOf(hooks, hook)('hangs', () => never),
      ({ hooks }) => tapOf(hooks, hook)('works', () => void said.push('works')),
    );
    const over = call(calls, hook, (warning) => warnings.push(warning));
    await clock.advance(30_000);
    await over;
    expect(said).toEqual(['works']);
    expect(warnings[0]?.message).toContain('did not settle within its time limit of 30 s');
  });

  it('is waited for', async () => {
    const said: string[] = [];
    const { calls } = load(({ hooks }) =>
      tapOf(hooks, hook)('slow', async () => {
        await settled();
        said.push('slow');
      }),
    );
    await call(calls, hook, () => undefined);
    expect(said).toEqual(['slow']);
  });
});

describe('onEvent', () => {
  const about = { runId: 'r', workflow: 'w' };

  it('calls each tap at once with the event and the run', () => {
    const heard: unknown[] = [];
    const { calls } = load(({ hooks }) => hooks.onEvent.tap('log', (...given) => void heard.push(given)));
    calls.onEvent(event, about);
    expect(heard).toEqual([[event, about]]);
  });

  it('tells once of a tap that throws and switches it off; the others go on', () => {
    let bad = 0;
    let good = 0;
    const { calls, lines } = load(
      ({ hooks }) =>
        hooks.onEvent.tap('bad', () => {
          bad++;
          throw new Error('no');
        }),
      ({ hooks }) => hooks.onEvent.tap('good', () => void good++),
    );
    for (let times = 0; times < 3; times++) calls.onEvent(event, about);
    expect({ bad, good }).toEqual({ bad: 1, good: 3 });
    expect(lines).toEqual(['warn The onEvent tap "bad" of plugin "a" failed: no (it is switched off)']);
  });

  it('does the same for an async function that rejects', async () => {
    let heard = 0;
    const listen = async (): Promise<void> => {
      heard++;
      throw new Error('later');
    };
    const { calls, lines } = load(({ hooks }) => hooks.onEvent.tap('async', listen as () => void));
    calls.onEvent(event, about);
    await settled();
    calls.onEvent(event, about);
    expect(heard).toBe(1);
    expect(lines).toHaveLength(1);
  });
});
