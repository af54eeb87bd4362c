import type * as timers from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { flips, moves, roomChanges, truncations } from './damage/mutations.ts';
import { journalsIn, makeRealRuns, newestJournal } from './damage/real-runs.ts';
import type { RealRuns, RunName } from './damage/real-runs.ts';
import { judgeOf } from './damage/stage.ts';
import { Tally } from './damage/tally.ts';

/** Of each of these bytes, all eight bits are flipped; of the others one. */
const sampleEvery = 32;

// A journal that is cut within its seal looks as if it were being taken, and readers wait for that. Nobody takes it here.
vi.mock('node:timers/promises', async (original) => ({
  ...(await original<typeof timers>()),
  setTimeout: () => new Promise((resolve) => setImmediate(resolve)),
}));

// Seconds on a machine of its own, minutes on one that others use too.
vi.setConfig({ testTimeout: 300_000 });

const tally = new Tally();
let runs: RealRuns;
beforeAll(async () => {
  runs = await makeRealRuns();
}, 120_000);
afterAll(() => {
  runs[Symbol.dispose]();
  console.log(`Damage to journals, cases by verdict:\n${tally.table()}`);
});

describe.each<[RunName, number]>([
  ['ended', 1],
  ['killed', 1],
  ['taken', 3],
])('the journal of the run %s', (run, segments) => {
  test('has what it takes', async () => {
    const judge = await judgeOf(runs, run, tally);
    expect(journalsIn(runs.image, run)).toHaveLength(segments);
    expect(judge.expectedEvents).toBeGreaterThanOrEqual(12);
  });

  test('every byte flipped: refused', async () => {
    const judge = await judgeOf(runs, run, tally);
    for (const path of journalsIn(runs.image, run))
      for (const mutation of flips(runs.image, path, sampleEvery)) await judge.judge(mutation);
    expect(tally.violations).toEqual([]);
    expect(tally.countOf(isFlip, 'refused')).toBe(tally.countOf(isFlip));
  });

  test('every truncation: refused up to what is promised, and nothing but the end is missing beyond', async () => {
    const judge = await judgeOf(runs, run, tally);
    for (const path of journalsIn(runs.image, run))
      for (const mutation of truncations(runs.image, path)) await judge.judge(mutation);
    expect(tally.violations).toEqual([]);
  });

  test('the room behind it written to, or cut: refused or harmless', async () => {
    const judge = await judgeOf(runs, run, tally);
    for (const path of journalsIn(runs.image, run))
      for (const mutation of roomChanges(runs.image, path)) await judge.judge(mutation);
    expect(tally.violations).toEqual([]);
    expect(tally.countOf(isOfRoom, 'shorter')).toBe(0);
  });

  test('every record deleted, doubled, and swapped with each other one: refused, but for the last', async () => {
    const judge = await judgeOf(runs, run, tally);
    const before = tally.countOf(isMove, 'refused');
    let cases = 0;
    for (const path of journalsIn(runs.image, run))
      for (const mutation of moves(runs.image, path)) {
        await judge.judge(mutation);
        cases++;
      }
    expect(tally.violations).toEqual([]);
    // Deleted at the end it is as cut off; doubled at the end of a sealed segment it is beyond what counts.
    expect(tally.countOf(isMove, 'refused') - before).toBeGreaterThanOrEqual(cases - segments);
  });
});

const isFlip = (group: string): boolean => group === 'journal: flips';
const isOfRoom = (group: string): boolean => group === 'journal: room';
const isMove = (group: string): boolean => group === 'journal: records';

test('so many cases, of each verdict that there is', () => {
  expect(tally.countOf(isFlip)).toBeGreaterThan(14_000);
  expect(tally.countOf((group) => group === 'journal: truncations', 'refused')).toBeGreaterThan(7_000);
  expect(tally.countOf((group) => group === 'journal: truncations', 'shorter')).toBeGreaterThan(500);
  expect(tally.countOf(isMove)).toBeGreaterThan(140);
  expect(tally.countOf(isOfRoom, 'harmless')).toBeGreaterThan(100);
  expect(newestJournal(runs.image, 'taken')).toBe('runs/taken/journal-3');
});
