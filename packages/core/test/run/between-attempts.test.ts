import { describe, expect, it } from 'vitest';
import { Journal, specOf, starts } from './journal.ts';

describe('a wait for a time from outside', () => {
  it('is measured by the wall alone, looked at once a minute, and survives a take-up', () => {
    const journal = new Journal(specOf(['a']));
    journal.decideAll();
    journal.end('a', { fails: true, retryAt: 10_000_000, charge: false, class: 'rate-limited' });
    expect(journal.state.charged[0]).toBe(0);
    expect(journal.wakeAt()).toBe(1_000 + 60_000);
    journal.wall = 9_999_000;
    expect(journal.wakeAt()).toBe(1_000 + 1_000);
    expect(starts(journal.decideAll())).toEqual([]);
    journal.write({ type: 'run.stopped', reason: 'signal' });
    journal.write({ type: 'run.started', owner: journal.state.owner!, orchVersion: '0', concurrency: 1 });
    expect(starts(journal.decideAll())).toEqual([]);
    journal.wall = 10_000_000;
    expect(starts(journal.decideAll())).toEqual(['a']);
  });
});

describe('a repair', () => {
  const repair = { kind: 'command', options: { command: 'fix' }, timeoutMs: 7 };
  const broken = (): Journal => {
    const journal = new Journal(specOf(['a', 'b:a']));
    journal.decideAll();
    journal.end('a', { fails: true, retryAt: 1_000, delayMs: 0, repair, output: { why: 1 }, exitCode: 3 });
    return journal;
  };

  it('comes before the next attempt, and knows the one that failed', () => {
    const journal = broken();
    expect(journal.decide()).toMatchObject([{ type: 'phase.started', part: 'repair', attempt: 2, timeoutMs: 7 }]);
    journal.decideAll();
    expect(journal.state.phases[0]).toMatchObject({
      mending: { repair, failed: { attempt: 1, class: 'exit', message: 'exit 1', output: { why: 1 }, exitCode: 3 } },
    });
    journal.write({ type: 'phase.completed', phase: 'a', attempt: 2, part: 'repair', durationMs: 1 });
    expect(journal.decide()).toMatchObject([{ type: 'phase.started', part: 'main', attempt: 3 }]);
  });

  it('is begun again where it was interrupted', () => {
    const journal = broken();
    journal.decideAll();
    journal.write({ type: 'phase.interrupted', phase: 'a', attempt: 2, part: 'repair', reason: 'lost' });
    expect(journal.decide()).toMatchObject([{ type: 'phase.started', part: 'repair', attempt: 3 }]);
  });

  it('can not be left out, nor come where nothing failed', () => {
    const journal = broken();
    expect(() => journal.write({ type: 'phase.started', phase: 'a', attempt: 2, part: 'main' })).toThrow(
      /a repair comes first/,
    );
    const other = new Journal(specOf(['a']));
    expect(() => other.write({ type: 'phase.started', phase: 'a', attempt: 1, part: 'repair' })).toThrow(
      /nothing to repair/,
    );
  });
});
