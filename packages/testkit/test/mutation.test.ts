import { memoryBackend } from '@orch/core';
import { expect, test } from 'vitest';
import { backendCases, manualClock, runBackendCase } from '../src/index.ts';
import { holdingMutants } from './mutants/holding.ts';
import { showingMutants } from './mutants/showing.ts';
import { writingMutants } from './mutants/writing.ts';
import { outcomeOf } from './outcome-of.ts';

test.each([...writingMutants, ...holdingMutants, ...showingMutants])('$by catches: $mistake', async (mutant) => {
  const one = backendCases.find(({ id }) => id === mutant.by);
  const run = runBackendCase(one!, () => {
    const clock = manualClock();
    const sound = memoryBackend({ now: () => clock.now() });
    const backend = { ...sound, ...mutant.make(sound, () => clock.now()) };
    return {
      backend,
      reopen: async () => backend,
      advance: (ms) => clock.advance(ms),
      setBack: (ms) => clock.jump(-ms),
      cleanup: () => undefined,
    };
  });
  expect(await outcomeOf(run)).toBe('failed');
});
