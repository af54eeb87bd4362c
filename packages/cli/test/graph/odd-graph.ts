import type { PhaseSpec } from '@orch/core/author';
import type { RunReport } from '@orch/core';
import { phaseGraph } from '../../src/graph/phase-graph.ts';
import type { PhaseGraph } from '../../src/graph/phase-graph.ts';

/** Names that mean something to one of the languages that graphs are written in, or to a browser. */
const oddNames: readonly string[] = [
  'end',
  'say "hi" [x] {y} (z) | <b>bold</b> & co; #35; #quot;',
  '1. first',
  '- list',
  '+ plus',
  '`code` *em* __proto__ _x_ ~~no~~ $$x^2$$',
  'back\\slash \\n \\l \\N &amp; &lt;',
  '検査 テスト ✓ émoji 👩‍👩‍👧 العربية',
  '</script><img src=x onerror=alert(1)>',
  'http://example.com/${{ x }} %%{init}%%',
  "it's `'quoted'` :::class --> p0",
  'graph subgraph style click',
];

/** A chain of phases with odd names, and reactions to them. */
export const oddSpec: { readonly id: string; readonly phases: readonly PhaseSpec[] } = {
  id: 'odd',
  phases: [
    ...oddNames.map((name, index): PhaseSpec => {
      const dependsOn = oddNames.slice(Math.max(0, index - 2), index);
      return { name, kind: 'command', dependsOn };
    }),
    { name: 'on fail', kind: 'command', dependsOn: ['end'], after: 'failed' },
    { name: 'clean-up', kind: 'command', dependsOn: ['1. first', 'end'], after: 'always' },
  ],
};

const statuses = ['completed', 'failed', 'running', 'pending', 'skipped', 'cancelled'] as const;

/** The same in a run that has every status. */
export function oddRun(): PhaseGraph {
  const attempt = { part: 'main', key: 'k', startedAt: 0, endedAt: 1_500, adopted: false, attempt: 1 } as const;
  const report: RunReport = {
    runId: 'bcdf',
    workflow: 'odd',
    status: 'failed',
    createdAt: 0,
    updatedAt: 0,
    version: 9,
    directory: '/',
    takeUps: 1,
    checkpoints: [],
    warnings: [],
    phases: oddSpec.phases.map(({ name, kind }, index) => ({
      name,
      kind,
      status: statuses[index % statuses.length] ?? 'pending',
      attempts: [{ ...attempt, phase: name, status: 'completed' }],
      ...(index === 7 ? { forgiven: true } : {}),
    })),
  };
  return phaseGraph(oddSpec, report);
}
