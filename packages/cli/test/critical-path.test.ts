import { describe, expect, test } from 'vitest';
import { criticalPath } from '../src/run/critical-path.ts';
import type { PathStep } from '../src/run/critical-path.ts';
import { criticalPathText } from '../src/view/critical-path-text.ts';
import { Journal } from './run-events.ts';

const needs = { plan: ['scout'], build: ['plan'], test: ['build', 'lint'] };

/** The journal of a run of two branches that meet. */
function journalOf(): Journal {
  return new Journal(['scout', 'lint', 'plan', 'build', 'test'], { needs, retryCount: 3 });
}

/** At the times given, in seconds. */
function happen(journal: Journal, moments: readonly (readonly [seconds: number, what: () => unknown])[]): void {
  for (const [seconds, what] of moments) {
    journal.at = 1_000_000 + seconds * 1_000;
    what();
  }
}

const stepOf = (phase: string, ms: number, rest: Partial<PathStep> = {}): PathStep => ({
  phase,
  ms,
  attempts: 1,
  placeMs: 0,
  betweenMs: 0,
  undrivenMs: 0,
  ...rest,
});

describe('the critical path', () => {
  test('is the chain of the dependencies that ended last', () => {
    const journal = journalOf();
    happen(journal, [
      [0, () => [journal.start('scout'), journal.start('lint')]],
      [2, () => [journal.complete('scout'), journal.start('plan')]],
      [3, () => [journal.complete('plan'), journal.start('build')]],
      [7, () => journal.complete('lint')],
      [9, () => [journal.complete('build'), journal.start('test')]],
      [10, () => [journal.complete('test'), journal.add({ type: 'run.completed' })]],
    ]);
    expect(criticalPath(journal.folded())).toEqual({
      ms: 10_000,
      steps: [stepOf('scout', 2_000), stepOf('plan', 1_000), stepOf('build', 6_000), stepOf('test', 1_000)],
    });
  });

  test('goes through the phase whose end made a place free, and names the waiting', () => {
    const journal = new Journal(['a', 'b', 'c', 'd'], { needs: { c: ['a'] } });
    happen(journal, [
      [0, () => [journal.start('a'), journal.start('b')]],
      [1, () => [journal.complete('a'), journal.start('d')]],
      [5, () => [journal.complete('b'), journal.start('c')]],
      [7, () => journal.complete('d')],
      [8, () => journal.complete('c')],
    ]);
    expect(criticalPath(journal.folded())).toEqual({
      ms: 8_000,
      steps: [stepOf('b', 5_000), stepOf('c', 3_000, { placeMs: 4_000 })],
    });
    expect(criticalPathText(criticalPath(journal.folded()))).toEqual([
      'Critical path (8.0 s): b 5.0 s > c 3.0 s (waited 4.0 s for a free place)',
    ]);
  });

  test('is no waiting for a place where one was free', () => {
    const journal = new Journal(['a', 'b'], { needs: { b: ['a'] } });
    happen(journal, [
      [0, () => journal.start('a')],
      [1, () => journal.complete('a')],
      [3, () => journal.start('b')],
      [4, () => journal.complete('b')],
    ]);
    expect(criticalPath(journal.folded()).steps).toEqual([stepOf('a', 1_000), stepOf('b', 3_000)]);
  });

  test('names the time between attempts', () => {
    const journal = journalOf();
    happen(journal, [
      [0, () => journal.start('scout')],
      [0.3, () => journal.fail('scout', { retryInMs: 2_000 })],
      [2.3, () => journal.start('scout', 2)],
      [3.5, () => journal.complete('scout', 2)],
    ]);
    const path = criticalPath(journal.folded());
    expect(path.steps).toEqual([stepOf('scout', 3_500, { attempts: 2, betweenMs: 2_000 })]);
    expect(criticalPathText(path)).toEqual(['Critical path (3.5 s): scout 3.5 s (2 attempts, 2.0 s between them)']);
  });

  test('names the time in which nobody drove the run', () => {
    const journal = journalOf();
    happen(journal, [
      [0, () => journal.start('scout')],
      [1, () => [journal.complete('scout'), journal.start('plan')]],
      [
        61,
        () => [
          journal.takeUp(),
          journal.add({ type: 'phase.interrupted', phase: 'plan', attempt: 1, part: 'main', reason: 'lost' }),
          journal.start('plan', 2),
        ],
      ],
      [63, () => journal.complete('plan', 2)],
    ]);
    // It took 1.2 s by the clock of the attempt: the rest is the time between its attempts.
    expect(criticalPath(journal.folded()).steps).toEqual([
      stepOf('scout', 1_000),
      stepOf('plan', 62_000, { attempts: 2, undrivenMs: 60_000, betweenMs: 800 }),
    ]);
  });

  test('begins at what was reset', () => {
    const journal = journalOf();
    happen(journal, [
      [0, () => journal.start('scout')],
      [1, () => [journal.complete('scout'), journal.start('plan')]],
      [2, () => [journal.fail('plan'), journal.add({ type: 'run.failed', reason: 'phases' })]],
      [
        3_600,
        () => {
          journal.epoch++;
          journal.add({ type: 'run.reset', cause: 'recover', phases: ['plan', 'build', 'test'] });
          journal.start('plan', 2);
        },
      ],
      [3_601, () => journal.complete('plan', 2)],
    ]);
    expect(criticalPath(journal.folded())).toEqual({ ms: 1_000, steps: [stepOf('plan', 1_000)] });
  });

  test('passes over what was skipped', () => {
    const journal = journalOf();
    happen(journal, [
      [0, () => journal.start('scout')],
      [2, () => journal.complete('scout')],
      [2, () => journal.add({ type: 'phase.skipped', phases: ['plan'], reason: 'condition', passes: true })],
      [2, () => journal.start('build')],
      [3, () => journal.complete('build')],
    ]);
    expect(criticalPath(journal.folded()).steps).toEqual([stepOf('scout', 2_000), stepOf('build', 1_000)]);
  });

  test('of a clock that was set back ends, and no time is negative', () => {
    const journal = journalOf();
    happen(journal, [
      [0, () => journal.start('scout')],
      [2, () => [journal.complete('scout'), journal.start('plan')]],
      [-3_000, () => [journal.complete('plan'), journal.start('build')]],
      [-2_999, () => journal.complete('build')],
    ]);
    for (const step of criticalPath(journal.folded()).steps) expect(step.ms).toBeGreaterThanOrEqual(0);
  });

  test('of nothing is empty, and is not shown', () => {
    expect(criticalPath(journalOf().folded())).toEqual({ ms: 0, steps: [] });
    expect(criticalPathText({ ms: 0, steps: [] })).toEqual([]);
    expect(criticalPathText({ ms: 5, steps: [stepOf('a', 5)] })).toEqual([]);
  });

  test('of many phases shows the longest, in their order', () => {
    const steps = Array.from({ length: 100 }, (_, index) => stepOf(`p${index}`, index % 10 === 3 ? 9_000 : 100));
    const [line = ''] = criticalPathText({ ms: 100_000, steps });
    expect(line).toContain('(1 shorter one 0.1 s) > p3 9.0 s > (9 shorter ones 0.9 s) > p13 9.0 s >');
    expect(line.split(' > ').length).toBeLessThan(30);
  });

  test('of 10,000 phases that ran one after another takes moments', () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `p${index}`);
    const journal = new Journal(names, { concurrency: 1 });
    for (const name of names) {
      journal.start(name);
      journal.at += 100;
      journal.complete(name);
    }
    const run = journal.folded();
    expect(criticalPath(run)).toMatchObject({ ms: 1_000_000, steps: { length: 10_000 } });
  });
});
