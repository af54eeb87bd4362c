import { describe, expect, it } from 'vitest';
import type { PhaseSpec, WorkflowSpec } from '../../src/spec/workflow-spec.ts';
import type { RunEvent } from '../../src/run/event.ts';
import { phasesToRecover } from '../../src/run/reset.ts';
import { Journal, specOf, starts } from './journal.ts';

/** A workflow from lines, with more about some of its phases. */
function spec(lines: readonly string[], more: Readonly<Record<string, Partial<PhaseSpec>>>): WorkflowSpec {
  const made = specOf(lines);
  return { ...made, phases: made.phases.map((phase) => ({ ...phase, ...more[phase.name] })) };
}

describe('after', () => {
  it('always runs a clean-up, whatever became of what it comes after', () => {
    for (const fails of [false, true]) {
      const journal = new Journal(spec(['a', 'b:a', 'c:b'], { c: { after: 'always' } }));
      journal.decideAll();
      journal.end('a', { fails });
      expect(starts(journal.decideAll())).toEqual(fails ? ['c'] : ['b']);
    }
  });

  it('runs a handler where something it comes after failed, or was skipped because of a failure', () => {
    const journal = new Journal(
      spec(['a', 'b:a', 'onA:a', 'onB:b'], { onA: { after: 'failed' }, onB: { after: 'failed' } }),
    );
    journal.decideAll();
    journal.end('a', { fails: true });
    expect(starts(journal.decideAll())).toEqual(['onA', 'onB']);
    journal.end('onA');
    journal.end('onB');
    expect(journal.decideAll()).toEqual(['run.failed']);
  });

  it('skips a handler when nothing failed, and what depends on it', () => {
    const journal = new Journal(
      spec(['a', 'onA:a', 'tell:onA', 'clean:onA'], { onA: { after: 'failed' }, clean: { after: 'always' } }),
    );
    journal.decideAll();
    journal.end('a');
    expect(journal.decideAll()).toEqual([
      'phase.skipped onA',
      'phase.skipped tell',
      'checkpoint.created clean',
      'phase.started clean',
    ]);
    journal.end('clean');
    expect(journal.decideAll()).toEqual(['run.completed']);
    expect(journal.events.filter((it) => it.type === 'phase.skipped')).toMatchObject([
      { reason: 'nothing_failed' },
      { reason: 'deps_not_met', cause: 'onA' },
    ]);
  });

  it('does not run a handler behind what was skipped for another reason', () => {
    const journal = new Journal(spec(['a', 'b:a', 'c:b', 'mend:c'], { mend: { after: 'failed' } }));
    journal.write({ type: 'phase.skipped', phases: ['b'], reason: 'selection' });
    journal.decideAll();
    journal.end('a');
    journal.decideAll();
    expect(journal.statuses()).toMatchObject({ c: 'skipped', mend: 'skipped' });
    expect(journal.state.phases.at(-1)).toMatchObject({ reason: 'nothing_failed' });
  });

  it('waits for all dependencies before a handler or clean-up', () => {
    const journal = new Journal(spec(['a', 'b', 'clean:a b'], { clean: { after: 'always' } }));
    journal.decideAll();
    journal.end('a', { fails: true });
    expect(starts(journal.decideAll())).toEqual([]);
    journal.end('b');
    expect(starts(journal.decideAll())).toEqual(['clean']);
  });
});

describe('if', () => {
  it('skips the phase, and lets its dependents run without it', () => {
    const journal = new Journal(spec(['a', 'b:a', 'c:b'], { b: { if: true } }));
    journal.condition = (phase) => phase !== 'b';
    journal.decideAll();
    journal.end('a');
    expect(journal.decideAll()).toEqual(['phase.skipped b', 'checkpoint.created c', 'phase.started c']);
    expect(journal.events.findLast((it) => it.type === 'phase.skipped')).toMatchObject({
      reason: 'condition',
      passes: true,
    });
    journal.end('c');
    expect(journal.decideAll()).toEqual(['run.completed']);
  });

  it('is asked once what it depends on has ended, and not again for another attempt', () => {
    const asked: string[] = [];
    const journal = new Journal(spec(['a', 'b:a'], { b: { if: true } }));
    journal.condition = (phase) => asked.push(phase) > 0;
    journal.decideAll();
    expect(asked).toEqual([]);
    journal.end('a');
    journal.decideAll();
    journal.end('b', { fails: true, retryAt: 1_500, delayMs: 500 });
    journal.now = 2_000;
    expect(starts(journal.decideAll())).toEqual(['b']);
    expect(asked).toEqual(['b']);
  });

  it('fails the phase, without an attempt, where it can not be evaluated', () => {
    const journal = new Journal(spec(['a', 'b:a', 'onA:a'], { a: { if: true }, onA: { after: 'failed' } }));
    journal.condition = () => {
      throw new Error('there is no input "x"');
    };
    expect(journal.decideAll()).toEqual([
      'phase.failed a',
      'phase.skipped b',
      'checkpoint.created onA',
      'phase.started onA',
    ]);
    expect(journal.events.find((it) => it.type === 'phase.failed')).toMatchObject({
      attempt: 0,
      error: { code: 'ORCH_PHASE_CONDITION', message: expect.stringContaining('there is no input "x"') as string },
    });
  });
});

describe('a reset', () => {
  const reset = (...phases: readonly string[]): Extract<RunEvent, { type: 'run.reset' }> =>
    ({ type: 'run.reset', cause: 'recover', phases }) as never;
  const interrupted = { type: 'phase.interrupted', part: 'main', attempt: 1, reason: 'stopped' } as const;

  it('asks again whether a handler runs that was begun before', () => {
    const journal = new Journal(spec(['a', 'mend:a'], { mend: { after: 'failed' } }));
    journal.decideAll();
    journal.end('a', { fails: true });
    journal.decideAll();
    journal.write({ ...interrupted, phase: 'mend' });
    expect(phasesToRecover(journal.state)).toEqual(['a']);
    journal.write(reset('a'));
    journal.decideAll();
    journal.end('a');
    expect(journal.decideAll()).toEqual(['phase.skipped mend', 'run.completed']);
  });

  it('takes handlers and clean-ups with it, and what depends on them, also where they run', () => {
    const journal = new Journal(spec(['a', 'clean:a', 'tell:clean', 'log:tell', 'x'], { clean: { after: 'always' } }));
    journal.decideAll();
    journal.end('a', { fails: true }).end('x');
    journal.decideAll();
    expect(phasesToRecover(journal.state)).toEqual(['a', 'clean']);
    journal.end('clean');
    journal.decideAll();
    journal.end('tell');
    journal.decideAll();
    journal.end('log');
    expect(phasesToRecover(journal.state)).toEqual(['a', 'clean', 'tell', 'log']);
  });

  it('leaves a forgiven failure and what came after it', () => {
    const journal = new Journal(spec(['a', 'b:a', 'c'], { a: { continueOnFailure: true } }));
    journal.decideAll();
    journal.end('a', { fails: true });
    journal.decideAll();
    journal.end('b').end('c', { fails: true });
    expect(phasesToRecover(journal.state)).toEqual(['c']);
  });
});

describe('continue_on_failure', () => {
  it('lets dependents run and the run complete', () => {
    const journal = new Journal(spec(['a', 'b:a'], { a: { continueOnFailure: true } }));
    journal.decideAll();
    journal.end('a', { fails: true });
    expect(starts(journal.decideAll())).toEqual(['b']);
    journal.end('b');
    expect(journal.decideAll()).toEqual(['run.completed']);
  });

  it('does not forgive another phase', () => {
    const journal = new Journal(spec(['a', 'b'], { a: { continueOnFailure: true } }));
    journal.decideAll();
    journal.end('a', { fails: true });
    journal.end('b', { fails: true });
    expect(journal.decideAll()).toEqual(['run.failed']);
  });
});

describe('fail-fast', () => {
  const failingFast = (more: Readonly<Record<string, Partial<PhaseSpec>>> = {}): Journal =>
    new Journal(
      spec(['a', 'b', 'c:b', 'onB:b', 'clean:c'], { onB: { after: 'failed' }, clean: { after: 'always' }, ...more }),
      4,
      {
        options: { failFast: true },
      },
    );

  it('starts nothing after the first failure but handlers and clean-ups', () => {
    const journal = failingFast();
    journal.decideAll();
    journal.end('a', { fails: true });
    // b runs: its end is still to come, what depends on it is not.
    expect(journal.decideAll()).toEqual(['phase.skipped c', 'checkpoint.created clean', 'phase.started clean']);
    expect(journal.events.find((it) => it.type === 'phase.skipped')).toMatchObject({ reason: 'fail_fast', cause: 'a' });
  });

  it('does not count a failure that is forgiven', () => {
    const journal = failingFast({ a: { continueOnFailure: true } });
    journal.decideAll();
    journal.end('a', { fails: true });
    journal.end('b');
    expect(starts(journal.decideAll())).toEqual(['c']);
  });
});

describe('a cancel', () => {
  const cancel = { type: 'run.cancelling', by: 'me', reason: 'cancel' } as const;
  const withCleanUp = (): Journal =>
    new Journal(spec(['a', 'b:a', 'clean:b', 'after:clean'], { clean: { after: 'always' } }));

  it('starts clean-ups only, once what they come after has ended', () => {
    const journal = withCleanUp();
    journal.decideAll();
    journal.write(cancel);
    expect(journal.decideAll()).toEqual(['phase.cancelled b after', 'checkpoint.created clean', 'phase.started clean']);
    journal.write({ type: 'phase.cancelled', phases: ['a'] });
    expect(journal.decideAll()).toEqual([]);
    journal.end('clean');
    expect(journal.decideAll()).toEqual(['run.cancelled']);
  });

  it('that comes a second time ends clean-ups, too', () => {
    const journal = new Journal(
      spec(['a', 'clean:a', 'last:clean'], { clean: { after: 'always' }, last: { after: 'always' } }),
    );
    journal.decideAll();
    journal.write(cancel, { type: 'phase.cancelled', phases: ['a'] });
    expect(starts(journal.decideAll())).toEqual(['clean']);
    journal.write(cancel);
    expect(journal.decideAll()).toEqual(['phase.cancelled last']);
    journal.write({ type: 'phase.cancelled', phases: ['clean'] });
    expect(journal.decideAll()).toEqual(['run.cancelled']);
  });

  it('leaves the reason of a run whose timeout has passed', () => {
    const journal = withCleanUp();
    journal.decideAll();
    journal.write({ ...cancel, reason: 'timeout' }, cancel, { type: 'phase.cancelled', phases: ['a'] });
    journal.decideAll();
    expect(journal.state.failure).toMatchObject({ reason: 'timeout' });
  });
});
