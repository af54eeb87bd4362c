import type { Attempt, AttemptContext, Outcome } from '../../src/executor/executor.ts';
import { functionExecutor } from '../../src/executor/function-executor.ts';
import type { Json } from '../../src/json.ts';
import type { PhaseFunction } from '../../src/spec/workflow.ts';
import { TestClock, ownerNumber } from '../engine/bench.ts';

export interface Started {
  readonly outcome: Promise<Outcome>;
  readonly stop: AbortController;
  readonly kill: AbortController;
}

export interface Given {
  readonly inputs?: { readonly [name: string]: Json };
  readonly outputs?: { readonly [phase: string]: Json };
  readonly number?: number;
}

let runs = 0;

/** A phase `work` of a run of its own, made of one function, to be executed any number of times. */
export function phaseOf(work: PhaseFunction, clock = new TestClock()) {
  const executor = functionExecutor(new Map([['work', work]]), { clock });
  const runId = `run-${++runs}`;
  return {
    clock,
    runId,
    execute({ inputs = {}, outputs = {}, number = 1 }: Given = {}, by = executor): Started {
      const stop = new AbortController();
      const kill = new AbortController();
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
        holds: () => Promise.resolve(true),
        inputs,
        secrets: [],
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

export function outcomeOf(value: unknown): Promise<Outcome> {
  return phaseOf(() => value).execute().outcome;
}
