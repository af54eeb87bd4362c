import { describe, expect, it } from 'vitest';
import { orchError } from '../../src/errors/orch-error.ts';
import type { Json } from '../../src/json.ts';
import { outcomeOf, phaseOf } from './phase-of.ts';

describe('an output', () => {
  it.each<[unknown, Json]>([
    [3, 3],
    [null, null],
    ['', ''],
    [false, false],
    [{ at: new Date(0), f: () => 1, gone: undefined }, { at: '1970-01-01T00:00:00.000Z' }],
    [
      [1, undefined],
      [1, null],
    ],
    ['\ud800', '\ud800'],
  ])('%j is handed on as the journal gives it back', async (value, output) => {
    expect(await outcomeOf(value)).toEqual({ status: 'completed', output });
  });

  it('is absent where nothing is returned', async () => {
    expect(await outcomeOf(undefined)).toEqual({ status: 'completed' });
  });

  it('is a copy', async () => {
    const value = { list: [1] };
    const outcome = await outcomeOf(value);
    value.list.push(2);
    expect(outcome).toEqual({ status: 'completed', output: { list: [1] } });
  });

  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  const deep = Array.from({ length: 600 }).reduce<unknown>((inner) => [inner], 0);
  it.each([
    [1n, 'found a BigInt'],
    [{ total: 1n }, 'found a BigInt at "total"'],
    [{ ratio: Number.NaN }, 'found NaN at "ratio"'],
    [[Number.POSITIVE_INFINITY], 'found Infinity at "0"'],
    [new Map([['a', 1]]), 'found a Map'],
    [{ seen: new Set() }, 'found a Set at "seen"'],
    [circle, 'circular'],
    [() => 1, 'found a function'],
    [Symbol('x'), 'found a symbol'],
    [deep, 'nested more than 500 deep'],
    [
      {
        toJSON: () => {
          throw new Error('no form');
        },
      },
      'no form',
    ],
  ])('that JSON cannot hold fails the phase and says what was found (%#)', async (value, found) => {
    const outcome = await outcomeOf(value);
    expect(outcome).toMatchObject({
      status: 'failed',
      class: 'invalid-output',
      error: { code: 'ORCH_PHASE_OUTPUT', message: expect.stringContaining(found), hint: expect.any(String) },
    });
    expect(JSON.stringify(outcome)).not.toContain('\\n');
  });

  it('may have 1 MiB of JSON in UTF-8, and no more', async () => {
    expect(await outcomeOf('é'.repeat(2 ** 19 - 1))).toMatchObject({ status: 'completed' });
    expect(await outcomeOf('é'.repeat(2 ** 19))).toMatchObject({
      status: 'failed',
      class: 'invalid-output',
      error: {
        code: 'ORCH_PHASE_OUTPUT',
        message: 'The output is 1048578 bytes of JSON; 1048576 are the most.',
        hint: expect.stringContaining('artifacts folder'),
      },
    });
  });
});

describe('a throw', () => {
  async function thrown(
    error: unknown,
  ): Promise<{ readonly code: string; readonly message: string; readonly hint?: string }> {
    const outcome = await phaseOf(() => {
      throw error;
    }).execute().outcome;
    if (outcome.status !== 'failed') throw new Error(`it ${outcome.status}`);
    expect(outcome.class).toBe('unknown');
    return outcome.error;
  }

  it('fails the phase with its message and where it came from, without the stack', async () => {
    const { code, message } = await thrown(new Error('boom'));
    expect(code).toBe('ORCH_PHASE_THROWN');
    expect(message).toMatch(/^boom \(at \S+function-results\.test\.ts:\d+:\d+\)$/);
  });

  it('is the same for a rejection', async () => {
    expect(await phaseOf(async () => Promise.reject(new Error('boom'))).execute().outcome).toMatchObject({
      status: 'failed',
      class: 'unknown',
      error: { code: 'ORCH_PHASE_THROWN', message: expect.stringContaining('boom') },
    });
  });

  it('of an orch error keeps its code and hint', async () => {
    const error = orchError({ code: 'ORCH_PLUGIN_MISSING', message: 'gone', hint: 'Add it.' });
    expect(await thrown(error)).toEqual({ code: 'ORCH_PLUGIN_MISSING', message: 'gone', hint: 'Add it.' });
  });

  it('says its causes: "fetch failed" alone helps nobody', async () => {
    const error = new Error('fetch failed', { cause: new Error('connect ECONNREFUSED') });
    expect((await thrown(error)).message).toContain('fetch failed: caused by connect ECONNREFUSED');
  });

  it.each([
    ['text', 'text'],
    [undefined, 'undefined'],
    [null, 'null'],
    [Symbol('x'), 'Symbol(x)'],
    [Object.create(null), 'an object that has no words'],
    [{ message: 'like an error' }, 'like an error'],
    [new TypeError(), 'TypeError'],
  ])('may be anything (%#)', async (error, message) => {
    expect((await thrown(error)).message).toContain(message);
  });

  it('is cut where it would fill the journal', async () => {
    expect((await thrown('x'.repeat(100_000))).message.length).toBeLessThan(5_000);
  });
});
