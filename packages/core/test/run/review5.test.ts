import { describe, expect, it } from 'vitest';
import { Journal } from './journal.ts';
import type { WorkflowSpec } from '../../src/spec/workflow-spec.ts';

const of = (phases: WorkflowSpec['phases']): WorkflowSpec => ({ id: 'w', phases });

/** Clean-ups of one failed or cancelled phase, and how long their run takes, in milliseconds. */
function cleanUps(count: number, failFast: boolean): number {
  const phases: WorkflowSpec['phases'][number][] = [{ name: 'a', kind: 'function' }];
  for (let at = 0; at < count; at++)
    phases.push({ name: `h${at}`, kind: 'function', dependsOn: ['a'], after: 'always' });
  const begun = performance.now();
  const journal = new Journal(of(phases), 1, { options: failFast ? { failFast: true } : {} });
  journal.decideAll();
  if (failFast) journal.end('a', { fails: true });
  else
    journal.write({ type: 'run.cancelling', by: 'me', reason: 'cancel' }, { type: 'phase.cancelled', phases: ['a'] });
  for (let at = 0; at < count; at++) {
    journal.decideAll();
    journal.end(`h${at}`);
  }
  journal.decideAll();
  expect(journal.state.status).not.toBe('running');
  return performance.now() - begun;
}

describe('many clean-ups', () => {
  it.each([[true], [false]])('take time in proportion (fail-fast: %s)', (failFast) => {
    cleanUps(500, failFast);
    // Eight times as many: 64 times as long where each decision looks at all.
    expect(cleanUps(16_000, failFast) / cleanUps(2_000, failFast)).toBeLessThan(24);
  });
});

describe('a skip whose cause depends on it since a replan', () => {
  it('is not followed for ever', () => {
    const journal = new Journal(
      of([
        { name: 'a', kind: 'function' },
        { name: 'b', kind: 'function', dependsOn: ['a'] },
      ]),
    );
    journal.decideAll();
    journal.end('a', { fails: true });
    journal.decideAll();
    // The other way round, and a handler.
    journal.write(
      { type: 'run.reset', cause: 'rewind', phases: [] },
      {
        type: 'run.replanned',
        workflow: of([
          { name: 'b', kind: 'function' },
          { name: 'a', kind: 'function', dependsOn: ['b'] },
          { name: 'h', kind: 'function', dependsOn: ['b'], after: 'failed', if: true },
        ]),
        changes: [],
      },
      { type: 'run.reset', cause: 'recover', phases: ['a'] },
    );
    // a is skipped because of b, b because of a: hasFailed() walks round. (Run with a time limit.)
    const { phases } = journal.state;
    expect(phases[0]).toMatchObject({ status: 'skipped', cause: 'a' });
    journal.write({ type: 'phase.skipped', phases: ['a'], reason: 'deps_not_met', cause: 'b' });
    const chain = new Set<string>();
    let at: string | undefined = 'b';
    while (at !== undefined && !chain.has(at)) {
      chain.add(at);
      const found: { readonly status: string; readonly cause?: string } =
        journal.state.phases[journal.state.graph.indexOf.get(at)!]!;
      at = found.status === 'skipped' ? found.cause : undefined;
    }
    expect(at, 'the chain of causes comes back to where it began').toBeUndefined();
  });
});
