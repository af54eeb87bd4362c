import { expect, test } from 'vitest';
import { executorCases, manualClock, runExecutorCase } from '../src/index.ts';
import { functionsUnderTest } from './function-under-test.ts';
import { executingMutants } from './mutants/executing.ts';
import { outcomeOf } from './outcome-of.ts';

test.each(executingMutants)('$by catches: $mistake', async ({ by, make }) => {
  const one = executorCases.find(({ id }) => id === by);
  const run = runExecutorCase(one!, () => {
    const given = functionsUnderTest(manualClock());
    return { ...given, executor: make(given.executor) };
  });
  expect(await outcomeOf(run)).toBe('failed');
});
