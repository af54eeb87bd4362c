import { describe, expect, it } from 'vitest';
import { Journal } from './journal.ts';
import type { PhaseSpec, WorkflowSpec } from '../../src/spec/workflow-spec.ts';

const of = (phases: WorkflowSpec['phases']): WorkflowSpec => ({ id: 'w', phases });

/** How often clean-ups of one failed or cancelled phase make orch look at a phase, until their run ends. */
function looks(count: number, failFast: boolean): number {
  const phases: PhaseSpec[] = [{ name: 'a', kind: 'function' }];
  for (let at = 0; at < count; at++)
    phases.push({ name: `h${at}`, kind: 'function', dependsOn: ['a'], after: 'always' });
  const journal = new Journal(of(phases), 1, { options: failFast ? { failFast: true } : {} });
  const { state } = journal;
  let seen = 0;
  state.phases = new Proxy(state.phases, {
    get(all, key, receiver): unknown {
      seen++;
      return Reflect.get(all, key, receiver);
    },
  });
  journal.decideAll();
  if (failFast) journal.end('a', { fails: true });
  else
    journal.write({ type: 'run.cancelling', by: 'me', reason: 'cancel' }, { type: 'phase.cancelled', phases: ['a'] });
  for (let at = 0; at < count; at++) {
    journal.decideAll();
    journal.end(`h${at}`);
  }
  journal.decideAll();
  expect(state.status).not.toBe('running');
  return seen;
}

describe('many clean-ups', () => {
  it.each([
    ['a failure that ends its run', true],
    ['a cancel', false],
  ])('after %s cost in proportion to their number', (_, failFast) => {
    // Four times as many: sixteen times as many looks where each decision looks at all.
    expect(looks(400, failFast) / looks(100, failFast)).toBeLessThan(5);
  });
});

describe('causes that another definition turned round', () => {
  it('are followed to their end', () => {
    const journal = new Journal(
      of([
        { name: 'a', kind: 'function' },
        { name: 'b', kind: 'function', dependsOn: ['a'] },
      ]),
    );
    journal.decideAll();
    journal.end('a', { fails: true });
    journal.decideAll();
    journal.write(
      { type: 'run.reset', cause: 'rewind', phases: ['a'] },
      {
        type: 'run.replanned',
        workflow: of([
          { name: 'b', kind: 'function' },
          { name: 'a', kind: 'function', dependsOn: ['b'] },
          { name: 'h', kind: 'function', dependsOn: ['b'], after: 'failed' },
        ]),
        changes: [],
      },
    );
    journal.decideAll();
    expect(journal.state.phases).toMatchObject([
      { status: 'skipped', cause: 'a' },
      { status: 'skipped', cause: 'b' },
      { status: 'skipped', reason: 'nothing_failed' },
    ]);
  });
});
