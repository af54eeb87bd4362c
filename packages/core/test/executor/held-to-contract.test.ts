import { describe, expect, it } from 'vitest';
import type { Adopted, Attempt, AttemptContext, Executor, Outcome } from '../../src/executor/executor.ts';
import { heldToContract } from '../../src/executor/held-to-contract.ts';
import { bench, probes, settled } from '../engine/bench.ts';

const attempt = {} as Attempt;
const context = {} as AttemptContext & { readonly otherHost: boolean };

/** What core makes of an executor whose methods answer this. */
function answering(execute: unknown, adopt?: unknown): Executor {
  const executor = { execute: async () => execute, adopt: async () => adopt };
  return heldToContract('mine', executor as unknown as Executor);
}

const circle: Record<string, unknown> = {};
circle['self'] = circle;
const error = { code: 'X', message: 'why' };

describe('what execute answers', () => {
  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'undefined: that is no outcome'],
    ['a text', 'completed', '"completed": that is no outcome'],
    ['an object that says nothing', {}, '{}: undefined is no status of an attempt'],
    ['another status', { status: 'ok' }, '{ status: \'ok\' }: "ok" is no status of an attempt'],
    ['a failure without an error', { status: 'failed', class: 'exit' }, 'its error has no code and message'],
    ['… or with a thrown one', { status: 'failed', class: 'exit', error: new Error('x') }, 'no code and message'],
    ['a failure of no class', { status: 'failed', class: 'bad', error }, '"bad" is no class of failure'],
    ['a hint that is none', { status: 'failed', class: 'exit', error: { ...error, hint: 1 } }, 'hint of its error'],
    ['an exit code that is none', { status: 'completed', exitCode: '0' }, 'its exitCode is no whole number'],
    ['a signal that is none', { status: 'aborted', signal: 9 }, 'its signal is no text'],
    ['a note that is none', { status: 'aborted', note: 9 }, 'its note is no text'],
  ])('is a failure of the plugin, by name, where it is %s', async (_, answer, problem) => {
    const outcome = await answering(answer).execute(attempt, context);
    expect(outcome).toMatchObject({
      status: 'failed',
      class: 'plugin',
      error: { code: 'ORCH_EXECUTOR_ANSWER', message: expect.stringContaining(problem) as string },
    });
    expect((outcome as { error: typeof error }).error.message).toMatch(/^execute of plugin "mine" answered /);
  });

  it.each<[string, unknown, string]>([
    ['a BigInt', 5n, 'found a BigInt'],
    ['a circle', circle, 'is not JSON'],
    ['a function', () => 1, 'is not JSON'],
    ['no number', { much: Number.NaN }, 'found NaN at "much"'],
  ])('is no success with an output that is %s', async (_, output, problem) => {
    const outcome = await answering({ status: 'completed', output, exitCode: 0 }).execute(attempt, context);
    expect(outcome).toMatchObject({
      status: 'failed',
      class: 'invalid-output',
      exitCode: 0,
      error: { code: 'ORCH_PHASE_OUTPUT', message: expect.stringContaining(problem) as string },
    });
  });

  it('keeps a failure, without the output that is none', async () => {
    const failed = { status: 'failed', class: 'exit', error, exitCode: 3 };
    expect(await answering({ ...failed, output: 5n }).execute(attempt, context)).toEqual(failed);
  });

  it.each<Outcome>([
    { status: 'completed' },
    { status: 'completed', output: { a: [1, null, 'x'] }, exitCode: 0 },
    { status: 'failed', class: 'exit', error, exitCode: 1, output: 'said' },
    { status: 'aborted', signal: 'SIGTERM', note: 'still running' },
  ])('is handed on where it is an outcome: %j', async (outcome) => {
    expect(await answering(outcome).execute(attempt, context)).toEqual(outcome);
    expect(await answering(undefined, { outcome: Promise.resolve(outcome) }).adopt?.(attempt, context)).toEqual({
      outcome: expect.any(Promise) as Promise<Outcome>,
    });
  });
});

describe('what adopt answers', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['an outcome itself', { status: 'completed' }],
    ['no promise', { outcome: { status: 'completed' } }],
    ['both', { gone: true, outcome: Promise.resolve({ status: 'completed' }) }],
    ['that it is not gone', { gone: false }],
  ])('is never read as gone: %s', async (_, answer) => {
    await expect(answering(undefined, answer).adopt?.(attempt, context)).rejects.toThrow(
      'adopt of plugin "mine" answered',
    );
  });

  it('is held against the contract when it comes', async () => {
    const adopted = await answering(undefined, { outcome: Promise.resolve(7) }).adopt?.(attempt, context);
    const { outcome } = adopted as Exclude<Adopted, { gone: true }>;
    expect(await outcome).toMatchObject({ error: { code: 'ORCH_EXECUTOR_ANSWER' } });
  });

  it('stops the take-up, and says whose answer it was: nothing is started', async () => {
    const first = bench();
    first.orch.execute(probes('a', 'b'), { runId: 'r' });
    await settled();
    first.kill();
    const second = first.next();
    second.probe.adopt = () => Promise.resolve(undefined as never);
    await expect(second.orch.recover('r').result()).rejects.toMatchObject({
      code: 'ORCH_EXECUTOR_FAILED',
      message: expect.stringMatching(
        /could not adopt attempt 1 of phase "a": adopt of plugin "probe" answered/,
      ) as string,
    });
    expect(second.probe.started).toEqual([]);
    // The run is as it was.
    const third = second.next();
    const handle = third.orch.recover('r');
    await settled();
    for (const name of ['a', 'b']) third.probe.last(name).end();
    expect(await handle.result()).toMatchObject({ status: 'completed' });
  });
});

it('is the executor itself otherwise, private fields and all, and lacks what that lacks; it may be frozen', async () => {
  class Counting implements Executor {
    #calls = 0;
    execute(): Promise<Outcome> {
      return Promise.resolve({ status: 'completed', output: ++this.#calls });
    }
    settle(): Promise<void> {
      this.#calls += 10;
      return Promise.resolve();
    }
  }
  const held = heldToContract('mine', Object.freeze(new Counting()));
  await held.settle?.('r', new Set());
  expect(await held.execute(attempt, context)).toEqual({ status: 'completed', output: 11 });
  expect('adopt' in held).toBe(false);
});

it('of plain functions may be frozen, too', async () => {
  const executor = Object.freeze({ execute: async () => ({ status: 'completed' }) as const });
  expect(await heldToContract('mine', executor).execute(attempt, context)).toEqual({ status: 'completed' });
});
