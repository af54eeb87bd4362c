import { expect, test } from 'vitest';
import { phaseGraph } from '../src/graph/phase-graph.ts';
import { textGraph } from '../src/graph/text-graph.ts';
import { canGoOn, hasEnded } from '../src/run/run-status.ts';
import { criticalPath } from '../src/run/critical-path.ts';
import type { Paint } from '../src/view/colour.ts';
import { showLines } from '../src/view/show-text.ts';
import { summaryLines } from '../src/view/summary.ts';
import { Journal } from './run-events.ts';

test.each([
  ['running', { ended: false, goesOn: false }],
  ['waiting', { ended: false, goesOn: true }],
  ['interrupted', { ended: false, goesOn: true }],
  ['failed', { ended: true, goesOn: true }],
  ['cancelled', { ended: true, goesOn: true }],
  ['completed', { ended: true, goesOn: false }],
] as const)('of a run that is %s: whether it has ended, and can go on', (status, expected) => {
  expect({ ended: hasEnded(status), goesOn: canGoOn(status) }).toEqual(expected);
});

test('a status has the same colour wherever it is shown', () => {
  const journal = new Journal(['done', 'lint', 'build', 'left', 'ended'], { forgiven: ['lint'] });
  journal.start('done');
  journal.complete('done');
  for (const phase of ['lint', 'build']) {
    journal.start(phase);
    journal.fail(phase);
  }
  journal.add({ type: 'phase.skipped', phases: ['left'], reason: 'deps_not_met', cause: 'build' });
  journal.add({ type: 'phase.cancelled', phases: ['ended'] });
  journal.add({ type: 'run.failed', reason: 'phases' });
  const run = journal.folded();
  const paint: Paint = (colour, text) => `<${colour}>${text}</>`;
  const common = { paint, logPath: () => '/no/log', recover: '', flags: '', backend: 'json', logs: [] };
  const coloured = (text: string): string[] =>
    [...text.matchAll(/^<(\w+)>(\w+)/gm)].map(([, colour, status]) => `${status} ${colour}`);
  const table = ['completed green', 'failed yellow', 'failed red', 'skipped dim', 'cancelled yellow'];
  const shown = showLines(run.report, { ...common, path: criticalPath(run) }).join('\n');
  expect(shown).toContain('Status   <red>failed</>');
  expect(coloured(shown)).toEqual(table);
  expect(coloured(textGraph(phaseGraph(run.spec!, run.report), { paint }))).toEqual(table);
  const summary = summaryLines({ ...common, run, status: 'failed' }).join('\n');
  expect(summary).toContain(': <red>failed</> after');
  expect(coloured(summary)).toEqual(['failed yellow', 'failed red']);
});
