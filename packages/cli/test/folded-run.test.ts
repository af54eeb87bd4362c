import type { Json, RunEvent } from '@orch/core';
import { describe, expect, test } from 'vitest';
import { EventFeed } from '../src/run/event-feed.ts';
import { FoldedRun, attemptMs, waitsForTime } from '../src/run/folded-run.ts';
import { resultOf } from '../src/run/result.ts';
import { Journal } from './run-events.ts';

describe('FoldedRun', () => {
  test('counts phases by status', () => {
    const journal = new Journal(['a', 'b', 'c', 'd']);
    journal.start('a');
    journal.complete('a');
    journal.start('b');
    journal.fail('b');
    journal.add({ type: 'phase.skipped', phases: ['c'], reason: 'deps_not_met', cause: 'b' });
    journal.start('d');
    const run = journal.folded();
    expect(run.counts).toEqual({ pending: 0, running: 1, completed: 1, failed: 1, skipped: 1, cancelled: 0 });
    expect([...run.running].map(({ name }) => name)).toEqual(['d']);
  });

  test('counts tries since the phase was last reset', () => {
    const journal = new Journal(['a'], { retryCount: 2 });
    journal.start('a');
    journal.fail('a', { retryInMs: 10 });
    expect(journal.folded().waiting.map(({ name }) => name)).toEqual(['a']);
    journal.start('a', 2);
    expect(journal.folded().tryOf('a')).toEqual({ number: 2, most: 2 });
    journal.fail('a', { attempt: 2 });
    journal.add({ type: 'run.failed', reason: 'phases' });
    expect(journal.folded().failure).toBe('phases');
    journal.add({ type: 'run.reset', cause: 'recover', phases: ['a'] });
    journal.start('a', 3);
    const run = journal.folded();
    expect(run.tryOf('a')).toEqual({ number: 1, most: 2 });
    expect(run.failure).toBeUndefined();
    expect(run.waiting).toEqual([]);
  });

  test.each<[Record<string, Json>, number | undefined]>([
    [{ retry_count: 0 }, 1],
    [{ retry: { max_attempts: 5 } }, 5],
    [{ retry: { max_attempts: 5 }, retry_count: 2 }, 5],
    [{ retry: { delay: '1s' } }, 3],
    [{}, undefined],
  ])('of a phase with %j there are %s tries', (options, most) => {
    const journal = new Journal(['a'], { options });
    journal.start('a');
    expect(journal.folded().tryOf('a')).toEqual({ number: 1, ...(most === undefined ? {} : { most }) });
  });

  test('a repair is no try, and no attempt that is not charged', () => {
    const journal = new Journal(['a'], { retryCount: 3 });
    journal.start('a');
    journal.fail('a', { retryInMs: 10 });
    journal.repair('a', 2);
    expect(journal.folded().tryOf('a')).toEqual({ number: 1, most: 3 });
    journal.add({ type: 'phase.completed', phase: 'a', attempt: 2, part: 'repair', exitCode: 0, durationMs: 5 });
    journal.start('a', 3);
    expect(journal.folded().tryOf('a')).toEqual({ number: 2, most: 3 });
    journal.limit('a', { attempt: 3, until: journal.at + 10 });
    expect(journal.folded().waiting.map(waitsForTime)).toEqual([true]);
    journal.start('a', 4);
    const run = journal.folded();
    expect(run.tryOf('a')).toEqual({ number: 2, most: 3 });
    expect(run.attempts.map(({ attempt, part }) => `${attempt} ${part}`)).toEqual([
      '1 main',
      '2 repair',
      '3 main',
      '4 main',
    ]);
    expect(resultOf(run.report, 'running').phases).toMatchObject([{ attempts: 3 }]);
  });

  test('goes on after another definition: phases come and go, and keep what became of them', () => {
    const journal = new Journal(['a', 'b', 'c', 'd'], { retryCount: 2 });
    journal.start('a');
    journal.complete('a');
    journal.start('b');
    journal.fail('b', { retryInMs: 10 });
    journal.start('d');
    journal.start('c');
    journal.replan(['c', 'b', 'new', 'a', 'd'], ['phase "new" is new']);
    const run = journal.folded();
    expect(run.counts).toEqual({ pending: 2, running: 2, completed: 1, failed: 0, skipped: 0, cancelled: 0 });
    expect([...run.running].map(({ name }) => name)).toEqual(['d', 'c']);
    expect(run.waiting.map(({ name }) => name)).toEqual(['b']);
    for (const event of [journal.replan(['b', 'new', 'c'], []), journal.start('b', 2), journal.complete('c')])
      run.add(event);
    expect(run.counts).toEqual({ pending: 1, running: 1, completed: 1, failed: 0, skipped: 0, cancelled: 0 });
    expect([...run.running].map(({ name }) => name)).toEqual(['b']);
    expect(run.waiting).toEqual([]);
    expect(run.tryOf('b')).toEqual({ number: 2, most: 2 });
    expect(run.phase('d')).toBeUndefined();
    expect(run.attempts.map(({ phase }) => phase)).toEqual(['a', 'b', 'd', 'c', 'b']);
  });

  test('a clock that is set changes neither how long an attempt took nor which began first', () => {
    const journal = new Journal(['a', 'b']);
    journal.start('a');
    journal.at -= 86_400_000;
    journal.complete('a');
    journal.start('b');
    journal.at += 2 * 86_400_000;
    journal.fail('b');
    const { attempts } = journal.folded();
    expect(attempts.map((it) => [it.phase, attemptMs(it, journal.at)])).toEqual([
      ['a', 1_200],
      ['b', 300],
    ]);
  });

  test('a phase may have any name', () => {
    const journal = new Journal(['__proto__', 'constructor']);
    journal.start('__proto__');
    const run = journal.folded();
    expect(run.phase('__proto__')?.status).toBe('running');
    expect(run.phase('toString')).toBeUndefined();
  });
});

describe('EventFeed', () => {
  function feedOf(journal: Journal): { feed: EventFeed; heard: number[] } {
    const heard: number[] = [];
    const feed = new EventFeed({
      run: new FoldedRun('r'),
      read: async function* (after) {
        yield* journal.events.filter(({ version }) => version > after);
      },
      onNews: ({ version }) => heard.push(version),
    });
    return { feed, heard };
  }

  test('what was there before is no news', async () => {
    const journal = new Journal(['a']);
    const { feed, heard } = feedOf(journal);
    await feed.readPast();
    feed.add(journal.events[1] as RunEvent);
    feed.add(journal.start('a'));
    await feed.settled();
    expect(heard).toEqual([3]);
  });

  test('a gap is filled from the journal, in order and once', async () => {
    const journal = new Journal(['a', 'b']);
    const { feed, heard } = feedOf(journal);
    await feed.readPast();
    journal.start('a');
    journal.complete('a');
    feed.add(journal.start('b'));
    feed.add(journal.complete('b'));
    await feed.settled();
    expect(heard).toEqual([3, 4, 5, 6]);
  });
});

test('the result map holds what each phase came to', () => {
  const journal = new Journal(['a', 'b', 'c']);
  journal.start('a');
  journal.add({ type: 'phase.completed', phase: 'a', attempt: 1, part: 'main', output: [1], durationMs: 1 });
  journal.start('b');
  journal.fail('b');
  journal.add({ type: 'phase.skipped', phases: ['c'], reason: 'deps_not_met', cause: 'b' });
  expect(resultOf(journal.folded().report, 'failed')).toEqual({
    run: 'bcdfghjkmn',
    workflow: 'demo',
    status: 'failed',
    phases: [
      { name: 'a', status: 'completed', attempts: 1, result: [1] },
      {
        name: 'b',
        status: 'failed',
        attempts: 1,
        exitCode: 2,
        error: { code: 'ORCH_PHASE_EXIT', message: 'The command ended with exit code 2.', hint: 'Read its log.' },
      },
      { name: 'c', status: 'skipped', attempts: 0, reason: 'deps_not_met' },
    ],
  });
});

test('the result map says what was forgiven, and why a phase failed without an attempt', () => {
  const journal = new Journal(['a', 'b'], { forgiven: ['a'] });
  journal.start('a');
  journal.fail('a');
  journal.start('b');
  journal.fail('b');
  journal.add({ type: 'run.failed', reason: 'phases' });
  journal.add({ type: 'run.reset', cause: 'recover', phases: ['b'] });
  journal.refuse('b');
  expect(resultOf(journal.folded().report, 'failed').phases).toEqual([
    { name: 'a', status: 'failed', attempts: 1, exitCode: 2, forgiven: true, error: expect.anything() },
    { name: 'b', status: 'failed', attempts: 1, error: { code: 'ORCH_PHASE_CONDITION', message: 'No such key: x' } },
  ]);
});
