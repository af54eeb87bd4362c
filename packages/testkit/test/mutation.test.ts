import { readFileSync } from 'node:fs';
import { memoryBackend } from '@orch/core';
import { expect, test } from 'vitest';
import { backendCases, manualClock, runBackendCase } from '../src/index.ts';
import { holdingMutants } from './mutants/holding.ts';
import { showingMutants } from './mutants/showing.ts';
import { writingMutants } from './mutants/writing.ts';

/** Long enough for a sound answer, for calls that would never settle; measured by turns, not by time. */
async function outcomeOf(run: Promise<void>): Promise<'passed' | 'failed'> {
  let outcome: 'passed' | 'failed' | undefined;
  run.then(
    () => (outcome = 'passed'),
    () => (outcome = 'failed'),
  );
  for (let turn = 0; turn < 20_000 && outcome === undefined; turn++)
    await new Promise((resolve) => setImmediate(resolve));
  return outcome ?? 'failed';
}

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

test('ids are numbered without gaps and never twice', () => {
  expect(backendCases.map(({ id }) => id).toSorted()).toEqual(
    backendCases.map((_, index) => `B${String(index + 1).padStart(2, '0')}`),
  );
});

test('every case is named in the doc comments of the contract', () => {
  const contract = readFileSync(new URL('../../core/src/backend/backend.ts', import.meta.url), 'utf8');
  const numbers = (text: string): number => Number(text.slice(1));
  const named = new Set<number>();
  for (const [, first = '', last = first] of contract.matchAll(/\b(B\d{2,})(?: … (B\d{2,}))?/g))
    for (let number = numbers(first); number <= numbers(last); number++) named.add(number);
  expect(backendCases.map(({ id }) => numbers(id)).filter((number) => !named.has(number))).toEqual([]);
});
