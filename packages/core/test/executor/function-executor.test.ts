import { describe, expect, it } from 'vitest';
import { orchError } from '../../src/errors/orch-error.ts';
import type { Attempt, AttemptContext, Outcome } from '../../src/executor/executor.ts';
import { functionExecutor } from '../../src/executor/function-executor.ts';
import type { Json } from '../../src/json.ts';
import type { PhaseFunction } from '../../src/spec/workflow.ts';
import { TestClock, ownerNumber, settled } from '../engine/bench.ts';

interface Started {
  readonly outcome: Promise<Outcome>;
  readonly stop: AbortController;
  readonly kill: AbortController;
}

interface Given {
  readonly inputs?: { readonly [name: string]: Json };
  readonly outputs?: { readonly [phase: string]: Json };
  readonly number?: number;
  readonly isAborted?: boolean;
}

let runs = 0;

/** A phase `work` of a run of its own, made of one function, to be executed any number of times. */
function phaseOf(work: PhaseFunction, clock = new TestClock()) {
  const executor = functionExecutor({ work }, { clock });
  const runId = `run-${++runs}`;
  return {
    clock,
    runId,
    execute({ inputs = {}, outputs = {}, number = 1, isAborted = false }: Given = {}, by = executor): Started {
      const stop = new AbortController();
      const kill = new AbortController();
      if (isAborted) stop.abort('stopped');
      const attempt: Attempt = {
        runId,
        workflow: 'w',
        phase: 'work',
        number,
        part: 'main',
        key: `key-${number}`,
        options: {},
        owner: ownerNumber(1),
      };
      const context: AttemptContext = {
        signal: stop.signal,
        kill: kill.signal,
        inputs,
        outputs,
        env: {},
        directory: '/',
        idempotencyKey: `${runId}/work`,
        log: { info: () => undefined, warn: () => undefined },
      };
      return { outcome: by.execute(attempt, context), stop, kill };
    },
  };
}

function outcomeOf(value: unknown): Promise<Outcome> {
  return phaseOf(() => value).execute().outcome;
}

const never: Promise<never> = new Promise(() => {});

describe('a function', () => {
  it('is given its context', async () => {
    let seen: Parameters<PhaseFunction>[0] | undefined;
    const phase = phaseOf((context) => void (seen = context));
    await phase.execute({ inputs: { version: '1' }, outputs: { test: { passed: 3 } }, number: 2 }).outcome;
    expect(seen).toMatchObject({
      inputs: { version: '1' },
      outputs: { test: { passed: 3 } },
      runId: phase.runId,
      phase: 'work',
      attempt: 2,
      idempotencyKey: `${phase.runId}/work`,
    });
    expect(seen?.signal.aborted).toBe(false);
  });

  it('cannot change what others read', async () => {
    const inputs = { names: ['b', 'a'] };
    const outputs = { plan: { files: ['z', 'y'] } };
    const phase = phaseOf((context) => {
      (context.inputs.names as string[]).sort();
      const { files } = context.outputs.plan as { files: string[] };
      files.sort();
      return [context.inputs.names, (context.outputs.plan as { files: string[] }).files];
    });
    expect(await phase.execute({ inputs, outputs }).outcome).toMatchObject({
      output: [
        ['a', 'b'],
        ['y', 'z'],
      ],
    });
    expect({ inputs, outputs }).toEqual({ inputs: { names: ['b', 'a'] }, outputs: { plan: { files: ['z', 'y'] } } });
  });

  it('reads a phase named __proto__ like any other', async () => {
    const outputs = JSON.parse('{"__proto__": {"a": 1}}') as { [phase: string]: Json };
    const phase = phaseOf((context) => context.outputs['__proto__'] as unknown);
    expect(await phase.execute({ outputs }).outcome).toEqual({ status: 'completed', output: { a: 1 } });
  });
});

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
    expect(message).toMatch(/^boom \(at \S+function-executor\.test\.ts:\d+:\d+\)$/);
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

describe('an abort', () => {
  it('is answered when the function has settled', async () => {
    const phase = phaseOf(({ signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve)));
    const { outcome, stop } = phase.execute();
    stop.abort('stopped');
    expect(await outcome).toEqual({ status: 'aborted' });
  });

  it('is answered in the same way where the function rejects on it', async () => {
    const phase = phaseOf(
      ({ signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('gone')))),
    );
    const { outcome, stop } = phase.execute();
    stop.abort('timeout');
    expect(await outcome).toEqual({ status: 'aborted' });
  });

  it('that comes after the function has settled changes nothing', async () => {
    const { outcome, stop } = phaseOf(() => 3).execute();
    await settled();
    stop.abort('stopped');
    expect(await outcome).toEqual({ status: 'completed', output: 3 });
  });

  it('before the start starts nothing', async () => {
    let calls = 0;
    const phase = phaseOf(() => void calls++);
    expect(await phase.execute({ isAborted: true }).outcome).toEqual({ status: 'aborted' });
    expect(calls).toBe(0);
  });

  it('waits for its grace of 5 s, and then says that the function still runs', async () => {
    const phase = phaseOf(() => never);
    const { outcome, stop } = phase.execute();
    let isOver = false;
    void outcome.then(() => (isOver = true));
    stop.abort('timeout');
    await phase.clock.advance(4_999);
    expect(isOver).toBe(false);
    await phase.clock.advance(1);
    expect(await outcome).toEqual({ status: 'aborted', note: 'still running' });
  });

  it('by kill waits for nothing', async () => {
    const { outcome, stop, kill } = phaseOf(() => never).execute();
    stop.abort('stopped');
    kill.abort();
    expect(await outcome).toEqual({ status: 'aborted', note: 'still running' });
  });
});

describe('a function that still runs', () => {
  /** The first call hangs until it is freed, the next ones return. */
  async function stuckPhase() {
    const calls: number[] = [];
    let free = (): void => {};
    const hang = new Promise<void>((resolve) => (free = resolve));
    const work: PhaseFunction = ({ attempt }) => (calls.push(attempt) === 1 ? hang : undefined);
    const phase = phaseOf(work);
    const first = phase.execute();
    first.stop.abort('timeout');
    first.kill.abort();
    await first.outcome;
    // The next take-up of the run has an executor of its own.
    const next = functionExecutor({ work }, { clock: phase.clock });
    return { phase, calls, free: () => free(), next };
  }

  it('holds back the next attempt until it has settled', async () => {
    const { phase, calls, free, next } = await stuckPhase();
    const second = phase.execute({ number: 2 }, next);
    await settled();
    expect(calls).toEqual([1]);
    free();
    expect(await second.outcome).toEqual({ status: 'completed' });
    expect(calls).toEqual([1, 2]);
  });

  it('does not hold it back from its own signal', async () => {
    const { phase, calls, free, next } = await stuckPhase();
    const second = phase.execute({ number: 2 }, next);
    second.stop.abort('timeout');
    expect(await second.outcome).toEqual({ status: 'aborted', note: 'still running' });
    expect(calls).toEqual([1]);
    free();
  });

  it('is forgotten once it has settled', async () => {
    const { phase, free, next } = await stuckPhase();
    free();
    await settled();
    expect(await phase.execute({ number: 2, isAborted: true }, next).outcome).toEqual({ status: 'aborted' });
  });

  it('does not hold back other runs', async () => {
    const { free } = await stuckPhase();
    expect(await outcomeOf(1)).toEqual({ status: 'completed', output: 1 });
    free();
  });
});

it('a phase without a function is refused', async () => {
  const empty = functionExecutor({}, { clock: new TestClock() });
  await expect(phaseOf(() => undefined).execute({}, empty).outcome).rejects.toMatchObject({
    code: 'ORCH_WORKFLOW_MISSING',
  });
});
