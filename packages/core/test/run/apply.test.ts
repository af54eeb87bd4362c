import { describe, expect, it } from 'vitest';
import type { EventBody, RunEvent } from '../../src/run/event.ts';
import type { PhaseStatus, StoredRunStatus } from '../../src/run/event.ts';
import { Journal, owner, specOf } from './journal.ts';

const id = { phase: 'a', attempt: 1, part: 'main' } as const;
const error = { code: 'ORCH_PHASE_EXIT', message: 'x' };

/** How a journal comes to have phase `a` in a status. */
const ways: Record<PhaseStatus, (journal: Journal) => void> = {
  pending: () => undefined,
  running: (journal) => void journal.write({ type: 'phase.started', ...id }),
  completed: (journal) => void journal.write({ type: 'phase.started', ...id }).end('a'),
  failed: (journal) => void journal.write({ type: 'phase.started', ...id }).end('a', { fails: true }),
  skipped: (journal) => void journal.write({ type: 'phase.skipped', phases: ['a'], reason: 'x' }),
  cancelled: (journal) => void journal.write({ type: 'phase.cancelled', phases: ['a'] }),
};

const events: Record<string, EventBody> = {
  started: { type: 'phase.started', phase: 'a', attempt: 2, part: 'main', key: 'k2' },
  adopted: { type: 'phase.adopted', ...id },
  completed: { type: 'phase.completed', ...id, durationMs: 1 },
  failed: { type: 'phase.failed', ...id, error, class: 'exit', durationMs: 1, charge: true },
  retried: { type: 'phase.failed', ...id, error, class: 'exit', durationMs: 1, charge: true, retryAt: 9, delayMs: 9 },
  interrupted: { type: 'phase.interrupted', ...id, reason: 'lost' },
  skipped: { type: 'phase.skipped', phases: ['a'], reason: 'x' },
  cancelled: { type: 'phase.cancelled', phases: ['a'] },
  checkpoint: { type: 'checkpoint.created', name: 'a' },
  reset: { type: 'run.reset', cause: 'rewind', phases: ['a'] },
};

/** The state chart of a phase: where an event leads from each status; absent: it throws. */
const chart: Record<string, Partial<Record<PhaseStatus, PhaseStatus>>> = {
  started: { pending: 'running' },
  adopted: { running: 'running' },
  completed: { running: 'completed' },
  failed: { running: 'failed' },
  retried: { running: 'pending' },
  interrupted: { running: 'pending' },
  skipped: { pending: 'skipped', running: 'skipped' },
  cancelled: { pending: 'cancelled', running: 'cancelled' },
  checkpoint: { pending: 'pending' },
  reset: { pending: 'pending', completed: 'pending', failed: 'pending', skipped: 'pending', cancelled: 'pending' },
};

describe('the state chart of a phase', () => {
  for (const [name, event] of Object.entries(events))
    for (const status of Object.keys(ways) as PhaseStatus[]) {
      const to = chart[name]![status];
      it(`${status} ─${name}→ ${to ?? 'throws'}`, () => {
        const journal = new Journal(specOf(['a', 'b']));
        ways[status](journal);
        const attempts = journal.state.attempts[0]!;
        const given = event.type === 'phase.started' ? { ...event, attempt: attempts + 1 } : event;
        if (to === undefined) expect(() => journal.write(given)).toThrow(/not allowed here: phase "a" is/);
        else expect(journal.write(given).statuses()['a']).toBe(to);
      });
    }
});

const runEvents: Record<string, EventBody> = {
  created: {
    type: 'run.created',
    format: 1,
    workflow: specOf(['a']),
    workflowHash: '',
    inputs: {},
    options: {},
    directory: '/',
  },
  started: { type: 'run.started', owner, orchVersion: '0', concurrency: 1 },
  stopped: { type: 'run.stopped', reason: 'signal' },
  cancelling: { type: 'run.cancelling', by: 'x', reason: 'cancel' },
  waiting: { type: 'run.waiting', for: 'time' },
  completed: { type: 'run.completed' },
  failed: { type: 'run.failed', reason: 'phases' },
  cancelled: { type: 'run.cancelled' },
  reset: { type: 'run.reset', cause: 'recover', phases: [] },
  recorded: { type: 'plugin.recorded', plugin: 'p', key: 'k', value: 1 },
  warning: { type: 'warning', message: 'x' },
};

const runWays: Record<StoredRunStatus, (journal: Journal) => void> = {
  running: () => undefined,
  waiting: (journal) => void journal.write({ type: 'run.waiting', for: 'time' }),
  completed: (journal) => void journal.write({ type: 'run.completed' }),
  failed: (journal) => void journal.write({ type: 'run.failed', reason: 'phases' }),
  cancelled: (journal) => void journal.write({ type: 'run.cancelled' }),
};

const open = { running: 'running', waiting: 'waiting' } as const;
const runChart: Record<string, Partial<Record<StoredRunStatus, StoredRunStatus>>> = {
  created: {},
  started: { running: 'running', waiting: 'running' },
  stopped: open,
  cancelling: open,
  waiting: { running: 'waiting', waiting: 'waiting' },
  completed: { running: 'completed', waiting: 'completed' },
  failed: { running: 'failed', waiting: 'failed' },
  cancelled: { running: 'cancelled', waiting: 'cancelled' },
  reset: { running: 'running', waiting: 'running', completed: 'running', failed: 'running', cancelled: 'running' },
  recorded: open,
  warning: open,
};

describe('the state chart of a run', () => {
  for (const [name, event] of Object.entries(runEvents))
    for (const status of Object.keys(runWays) as StoredRunStatus[]) {
      const to = runChart[name]![status];
      it(`${status} ─${name}→ ${to ?? 'throws'}`, () => {
        const journal = new Journal(specOf([]));
        runWays[status](journal);
        if (to === undefined) expect(() => journal.write(event)).toThrow(/ORCH|not allowed here/);
        else expect(journal.write(event).state.status).toBe(to);
      });
    }

  it('does not end while a phase runs, nor complete while one is pending', () => {
    const journal = new Journal(specOf(['a', 'b'])).write({ type: 'phase.started', ...id });
    expect(() => journal.write({ type: 'run.failed', reason: 'phases' })).toThrow('1 phases are running');
    expect(() => journal.end('a').write({ type: 'run.completed' })).toThrow('1 phases are pending');
  });
});

describe('apply', () => {
  it('refuses a journal that does not begin with run.created', async () => {
    const { apply } = await import('../../src/run/apply.ts');
    expect(() => apply(undefined, { type: 'run.completed', version: 1, at: 0, epoch: 1 }, 'r')).toThrow(
      /does not begin/,
    );
  });

  it('refuses a gap in the versions', async () => {
    const { apply } = await import('../../src/run/apply.ts');
    const { state } = new Journal(specOf(['a']));
    expect(() => apply(state, { type: 'run.completed', version: 9, at: 0, epoch: 1 })).toThrow(
      'version 9 follows on version 2',
    );
  });

  it.each(['phase.waiting', 'phase.approved', 'phase.rejected', 'phase.expanded', 'made.up'])(
    'refuses %s as written by a newer release',
    (type) => {
      const journal = new Journal(specOf(['a']));
      expect(() => journal.write({ type, phase: 'a' } as unknown as RunEvent)).toThrow(/does not know/);
    },
  );

  it('refuses a start before the dependencies are completed, and a wrong number', () => {
    const journal = new Journal(specOf(['a', 'b:a']));
    expect(() => journal.write({ type: 'phase.started', phase: 'b', attempt: 1, part: 'main' })).toThrow(
      /have not ended as it asks/,
    );
    expect(() => journal.write({ type: 'phase.started', phase: 'a', attempt: 2, part: 'main' })).toThrow(
      /attempt 2 follows/,
    );
  });

  it('refuses the outcome of another attempt than the one that runs', () => {
    const journal = new Journal(specOf(['a'])).write({ type: 'phase.started', ...id });
    expect(() => journal.write({ ...events['completed']!, attempt: 2 } as EventBody)).toThrow(
      /attempt 1 \(main\) is the one/,
    );
  });

  it('never reuses the number of an attempt, and starts the charged ones again at a reset', () => {
    const journal = new Journal(specOf(['a'])).write({ type: 'phase.started', ...id }).end('a', { fails: true });
    expect(journal.state.charged[0]).toBe(1);
    journal.write({ type: 'run.failed', reason: 'phases' }, { type: 'run.reset', cause: 'recover', phases: ['a'] });
    expect(journal.state.attempts[0]).toBe(1);
    expect(journal.state.charged[0]).toBe(0);
    expect(journal.decideAll()).toEqual(['checkpoint.created a', 'phase.started a']);
    expect(journal.state.attempts[0]).toBe(2);
  });

  it('does not charge an interruption, and counts how often a phase was lost in a row', () => {
    const journal = new Journal(specOf(['a']));
    for (let attempt = 1; attempt <= 3; attempt++)
      journal.write(
        { type: 'phase.started', phase: 'a', attempt, part: 'main' },
        { type: 'phase.interrupted', phase: 'a', attempt, part: 'main', reason: 'lost' },
      );
    expect([journal.state.charged[0], journal.state.lost[0]]).toEqual([0, 3]);
    journal.write(
      { type: 'phase.started', phase: 'a', attempt: 4, part: 'main' },
      { type: 'phase.interrupted', phase: 'a', attempt: 4, part: 'main', reason: 'stopped' },
    );
    expect(journal.state.lost[0]).toBe(0);
  });

  it('lets a later take-up wait what is left of a backoff, never longer than the whole', () => {
    const waits = (now: number): number | undefined => {
      const journal = new Journal(specOf(['a'])).write({ type: 'phase.started', ...id });
      journal.end('a', { fails: true, retryAt: 61_000, delayMs: 60_000 });
      journal.now = now;
      journal.write({ type: 'run.started', owner, orchVersion: '0', concurrency: 1 });
      return journal.state.due.first?.at;
    };
    expect(waits(31_000)).toBe(61_000);
    expect(waits(99_000)).toBe(61_000);
    // The clock was set back by a day: 60 s from now, not a day.
    expect(waits(-86_400_000)).toBe(-86_340_000);
  });

  it('remembers what plugins recorded, each its own', () => {
    const journal = new Journal(specOf(['a']));
    journal.write({ type: 'plugin.recorded', plugin: 'p', key: '__proto__', value: 1 });
    journal.write({ type: 'plugin.recorded', plugin: 'q', key: '__proto__', value: 2 });
    expect(journal.state.memory.get('p')?.get('__proto__')).toBe(1);
    expect(journal.state.memory.get('q')?.get('__proto__')).toBe(2);
  });

  it('takes names of phases as they are', () => {
    const journal = new Journal({
      id: 'w',
      phases: [
        { name: '__proto__', kind: 'function' },
        { name: 'constructor', kind: 'function', dependsOn: ['__proto__'] },
      ],
    });
    expect(journal.decideAll()).toContain('phase.started __proto__');
    journal.end('__proto__');
    expect(journal.decideAll()).toContain('phase.started constructor');
  });
});
