import { describe, expect, it } from 'vitest';
import { Journal, specOf } from './journal.ts';

describe('decide', () => {
  it('starts what is ready in file order, as many as may run at once, each behind its checkpoint', () => {
    const journal = new Journal(specOf(['a', 'b', 'c']), 2);
    expect(journal.decideAll()).toEqual([
      'checkpoint.created a',
      'phase.started a',
      'checkpoint.created b',
      'phase.started b',
    ]);
  });

  it('answers the same when asked twice', () => {
    const journal = new Journal(specOf(['a']));
    expect(journal.decide()).toEqual(journal.decide());
  });

  it('starts a dependent once all it needs is completed', () => {
    const journal = new Journal(specOf(['c:a b', 'a', 'b']));
    expect(journal.decideAll()).toEqual([
      'checkpoint.created a',
      'phase.started a',
      'checkpoint.created b',
      'phase.started b',
    ]);
    journal.end('a');
    expect(journal.decideAll()).toEqual([]);
    journal.end('b');
    expect(journal.decideAll()).toEqual(['checkpoint.created c', 'phase.started c']);
  });

  it('completes when all is done', () => {
    const journal = new Journal(specOf(['a']));
    journal.decideAll();
    expect(journal.end('a').decideAll()).toEqual(['run.completed']);
  });

  it('completes a workflow without phases', () => {
    expect(new Journal(specOf([])).decideAll()).toEqual(['run.completed']);
  });

  it('skips everything downstream of a failure in one event that names the cause, and lets other branches go on', () => {
    const journal = new Journal(specOf(['a', 'x', 'b:a', 'c:b x', 'd:c', 'e:x']), 1);
    journal.decideAll();
    expect(journal.end('a', { fails: true }).decideAll()).toEqual([
      'phase.skipped b c d',
      'checkpoint.created x',
      'phase.started x',
    ]);
    expect(journal.events.at(-3)).toMatchObject({ reason: 'deps_not_met', cause: 'a' });
    journal.end('x').decideAll();
    expect(journal.end('e').decideAll()).toEqual(['run.failed']);
    expect(journal.statuses()).toEqual({
      a: 'failed',
      x: 'completed',
      b: 'skipped',
      c: 'skipped',
      d: 'skipped',
      e: 'completed',
    });
  });

  it('skips what depends on a phase that a plugin skipped, and completes', () => {
    const journal = new Journal(specOf(['a', 'b:a']));
    journal.decideAll();
    journal.write({ type: 'phase.skipped', phases: ['a'], reason: 'no budget' });
    expect(journal.decideAll()).toEqual(['phase.skipped b', 'run.completed']);
  });

  it('starts a phase again when its backoff is over, without a second checkpoint, in file order among the ready', () => {
    const journal = new Journal(specOf(['a', 'b']), 1);
    journal.decideAll();
    journal.end('a', { fails: true, retryAt: 5_000, delayMs: 4_000 });
    expect(journal.wakeAt()).toBe(5_000);
    expect(journal.decideAll()).toEqual(['checkpoint.created b', 'phase.started b']);
    // All places are taken: nothing to wake up for.
    expect(journal.wakeAt()).toBeUndefined();
    journal.now = 4_999;
    expect(journal.end('b').decideAll()).toEqual([]);
    journal.now = 5_000;
    expect(journal.decideAll()).toEqual(['phase.started a']);
  });

  it('prefers a phase whose backoff is over to a later one that is ready', () => {
    const journal = new Journal(specOf(['a', 'b', 'c']), 1);
    journal.decideAll();
    journal.end('a', { fails: true, retryAt: 2_000, delayMs: 1_000 }).decideAll();
    journal.now = 2_000;
    expect(journal.end('b').decideAll()).toEqual(['phase.started a']);
  });

  it('makes no checkpoint where the phase wants none', () => {
    const journal = new Journal({ id: 'w', phases: [{ name: 'a', kind: 'function', checkpoint: false }] });
    expect(journal.decideAll()).toEqual(['phase.started a']);
  });

  it('hands the timeout of the phase, or the default, to the attempt', () => {
    const journal = new Journal({ id: 'w', defaults: { timeoutMs: 7 }, phases: [{ name: 'a', kind: 'function' }] });
    expect(journal.decide().at(-1)).toMatchObject({ timeoutMs: 7 });
  });

  it('cancels what is pending at once, and the run when nothing runs', () => {
    const journal = new Journal(specOf(['a', 'b', 'c:a']), 1);
    journal.decideAll();
    journal.write({ type: 'run.cancelling', by: 'me', reason: 'cancel' });
    expect(journal.decideAll()).toEqual(['phase.cancelled b c']);
    journal.write({ type: 'phase.cancelled', phases: ['a'] });
    expect(journal.decideAll()).toEqual(['run.cancelled']);
  });

  it('cancels a phase that would have been tried again', () => {
    const journal = new Journal(specOf(['a']));
    journal.decideAll();
    journal.write({ type: 'run.cancelling', by: 'me', reason: 'cancel' });
    journal.end('a', { fails: true, retryAt: 9_000, delayMs: 1 });
    expect(journal.decideAll()).toEqual(['phase.cancelled a', 'run.cancelled']);
  });

  it('fails the run when its timeout has passed', () => {
    const journal = new Journal(specOf(['a'], { timeoutMs: 500 }));
    journal.decideAll();
    expect(journal.wakeAt()).toBe(1_500);
    journal.now = 1_500;
    expect(journal.decideAll()).toEqual(['run.cancelling']);
    journal.write({ type: 'phase.cancelled', phases: ['a'] });
    expect(journal.decideAll()).toEqual(['run.failed']);
    expect(journal.state.failure?.reason).toBe('timeout');
  });

  it('does not call a run completed that has cancelled phases left', () => {
    const journal = new Journal(specOf(['a', 'b']));
    journal.write(
      { type: 'run.cancelling', by: 'me', reason: 'cancel' },
      { type: 'phase.cancelled', phases: ['a', 'b'] },
      { type: 'run.cancelled' },
      { type: 'run.reset', cause: 'rewind', phases: ['a'] },
    );
    journal.decideAll();
    expect(journal.end('a').decideAll()).toEqual(['run.failed']);
  });

  it('looks at what changed only: the work of a run grows with its phases and edges', () => {
    // A ladder of 2 × 20,000 phases, each rung depending on both phases of the rung below.
    const lines: string[] = ['a0', 'b0'];
    for (let rung = 1; rung < 20_000; rung++)
      lines.push(`a${rung}:a${rung - 1} b${rung - 1}`, `b${rung}:a${rung - 1} b${rung - 1}`);
    const journal = new Journal(specOf(lines));
    let said = journal.decideAll();
    let decisions = said.length;
    for (let rung = 0; rung < 20_000; rung++) {
      journal.end(`a${rung}`).end(`b${rung}`);
      said = journal.decideAll();
      decisions += said.length;
    }
    expect(said).toEqual(['run.completed']);
    expect(decisions).toBe(2 * 40_000 + 1);
  });
});
