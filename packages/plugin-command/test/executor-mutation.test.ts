import type { Executor } from '@orch/core/author';
import { executorCases, runExecutorCase } from '@orch/testkit';
import { expect, test } from 'vitest';
import { commandExecutor } from '../src/command-executor.ts';
import { commandsUnderTest } from './command-under-test.ts';
import { mutants } from './mutants.ts';

test.each(mutants)('$by catches: $mistake', async ({ by, make }) => {
  const one = executorCases.find(({ id }) => id === by);
  const spoil = make();
  const run = runExecutorCase(one!, () => {
    const given = commandsUnderTest();
    const spoiled = (): Executor => {
      const sound = commandExecutor({ directory: given.directory! }) as Required<Executor>;
      return { ...sound, ...spoil(sound) };
    };
    return { ...given, executor: spoiled(), next: spoiled };
  });
  await expect(run).rejects.toThrow();
});

test('each case of take-ups has a mistake that it is there for', () => {
  const needs = ['check', 'settle', 'adopt', 'unseen'];
  const cases = executorCases.filter((one) => [one.needs ?? []].flat().some((need) => needs.includes(need)));
  expect([...new Set(mutants.map(({ by }) => by))].filter((by) => by !== 'E07').toSorted()).toEqual(
    cases.map(({ id }) => id),
  );
});
