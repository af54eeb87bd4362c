import { describe, expect, test } from 'vitest';
import { listLines } from '../src/view/list-text.ts';
import type { ListedRun } from '../src/view/list-text.ts';
import { pruneLines } from '../src/view/prune-text.ts';
import type { GoingRun } from '../src/view/prune-text.ts';
import { tableLines } from '../src/view/table.ts';
import { displayWidth } from '../src/view/text.ts';

describe('a table', () => {
  const rows = [
    ['STATUS', 'PHASE', 'TIME', 'WHY'],
    ['completed', 'a phase with a long name', '1.0 s', ''],
    ['failed', '検査', '12.0 s', 'exit code 3, and more words than there is room for'],
  ];

  test('is whole where nothing says how wide', () => {
    expect(tableLines(rows)).toEqual([
      'STATUS     PHASE                     TIME    WHY',
      'completed  a phase with a long name  1.0 s',
      'failed     検査                      12.0 s  exit code 3, and more words than there is room for',
    ]);
  });

  test.each([60, 40, 20, 8])('fits into %i columns', (columns) => {
    const lines = tableLines(rows, { columns, shrinks: 1 });
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
    expect(lines).toHaveLength(3);
  });

  test('colours the first cell only', () => {
    const [, , line] = tableLines(rows, {
      paint: (colour, text) => `<${colour}>${text}</>`,
      colourOf: (row) => (row === 2 ? 'red' : undefined),
    });
    expect(line).toMatch(/^<red>failed {3}<\/> {2}検査/);
  });
});

describe('a table of runs', () => {
  const at = Date.UTC(2026, 0, 31, 12);
  const run = (backend: string): ListedRun & GoingRun => ({
    runId: 'nightly-2026-01',
    workflow: 'a workflow of a rather long name',
    status: 'interrupted',
    completed: 3,
    phases: 12,
    failed: 0,
    version: 9,
    createdAt: at,
    updatedAt: at,
    backend,
    bytes: 12_345,
  });

  test.each([
    ['list', 140, listLines, ['RUN', 'WORKFLOW', 'STATUS', 'COMPLETED', 'STARTED', 'LAST CHANGE', 'BACKEND']],
    ['list', 90, listLines, ['RUN', 'WORKFLOW', 'STATUS', 'COMPLETED', 'LAST CHANGE', 'BACKEND']],
    ['list', 60, listLines, ['RUN', 'WORKFLOW', 'STATUS', 'COMPLETED', 'BACKEND']],
    ['list', 40, listLines, ['RUN', 'WORKFLOW', 'STATUS']],
    ['prune', 120, pruneLines, ['RUN', 'WORKFLOW', 'STATUS', 'LAST CHANGE', 'ON DISK', 'BACKEND']],
    ['prune', 70, pruneLines, ['RUN', 'WORKFLOW', 'STATUS', 'ON DISK', 'BACKEND']],
    ['prune', 50, pruneLines, ['RUN', 'WORKFLOW', 'STATUS', 'ON DISK']],
    ['prune', 40, pruneLines, ['RUN', 'WORKFLOW', 'STATUS']],
  ])('of %s has in %i columns those that fit whole, and says whether there is more', (_, columns, linesOf, titles) => {
    const { lines, left } = linesOf([run('json'), run('sqlite')], { columns });
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
    expect(lines.map((line) => line.split(/ {2,}/).length)).toEqual(lines.map(() => titles.length));
    expect(lines[0]?.split(/ {2,}/)).toEqual(titles);
    expect(lines[1]).toMatch(/^nightly-2026-01 .* interrupted\b/);
    expect(left).toBe(columns < 120);
  });

  test('is whole where it is piped', () => {
    const { lines, left } = listLines([run('json')], {});
    expect(lines[1]).toMatch(/ {2}a workflow of a rather long name {2}interrupted {2}3\/12 /);
    expect(left).toBe(false);
    expect(pruneLines([run('json')], {}).lines[1]).toMatch(/ {2}interrupted {2}\S+ \S+ {2}12\.3 kB$/);
  });
});
