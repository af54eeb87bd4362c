import { describe, expect, it } from 'vitest';
import { functionExecutor } from '../../src/executor/function-executor.ts';
import type { Json } from '../../src/json.ts';
import type { PhaseFunction } from '../../src/spec/workflow.ts';
import { TestClock, settled } from '../engine/bench.ts';
import { outcomeOf, phaseOf } from './phase-of.ts';

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

  it('reads a phase named __proto__ like any other', async () => {
    const outputs = JSON.parse('{"__proto__": {"a": 1}}') as { [phase: string]: Json };
    const phase = phaseOf((context) => context.outputs['__proto__'] as unknown);
    expect(await phase.execute({ outputs }).outcome).toEqual({ status: 'completed', output: { a: 1 } });
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
    const functions = new Map([['work', work]]);
    const next = functionExecutor(functions, { clock: phase.clock, knownKeys: ['key-1'] });
    const elsewhere = functionExecutor(functions, { clock: phase.clock, knownKeys: ['key-of-another'] });
    return { phase, calls, free: () => free(), next, elsewhere };
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
    const { phase, calls, free, next } = await stuckPhase();
    free();
    await settled();
    const second = phase.execute({ number: 2 }, next);
    expect(calls).toEqual([1, 2]);
    expect(await second.outcome).toEqual({ status: 'completed' });
  });

  it('holds back a second attempt of its own executor, too', async () => {
    const { phase, calls, free } = await stuckPhase();
    const second = phase.execute({ number: 2 });
    await settled();
    expect(calls).toEqual([1]);
    free();
    expect(await second.outcome).toEqual({ status: 'completed' });
  });

  it('does not hold back a run of the same id that another backend has', async () => {
    const { phase, calls, free, elsewhere } = await stuckPhase();
    const other = phase.execute({}, elsewhere);
    expect(await other.outcome).toEqual({ status: 'completed' });
    expect(calls).toEqual([1, 1]);
    free();
  });

  it('does not hold back other runs', async () => {
    const { free } = await stuckPhase();
    expect(await outcomeOf(1)).toEqual({ status: 'completed', output: 1 });
    free();
  });
});

it('a phase without a function is refused', async () => {
  const empty = functionExecutor(new Map(), { clock: new TestClock() });
  await expect(phaseOf(() => undefined).execute({}, empty).outcome).rejects.toMatchObject({
    code: 'ORCH_WORKFLOW_MISSING',
  });
});
