import { describe, expect, test } from 'vitest';
import { listLines } from '../src/view/list-text.ts';
import type { ListedRun } from '../src/view/list-text.ts';
import { tableLines } from '../src/view/table.ts';
import { displayWidth } from '../src/view/text.ts';
import { wrap, wrapCommand } from '../src/view/wrap.ts';

describe('wrapped text', () => {
  test.each([
    ['fits as it is', 'one two', 10, ['one two']],
    ['is broken between words', 'one two three', 8, ['one two', '  three']],
    ['keeps what it begins with', '  one two three', 9, ['  one two', '  three']],
    ['breaks a word that is too long', 'abcdefghij', 4, ['abcd', 'efgh', 'ij']],
    ['counts columns, not characters', '検査検査', 4, ['検査', '検査']],
    ['of a column is a character each', 'abc', 1, ['a', 'b', 'c']],
    ['is whole where nothing says how wide', 'one two three', undefined, ['one two three']],
  ] as const)('%s', (_, text, columns, lines) => {
    expect(wrap(text, { columns, indent: '  ' })).toEqual(lines);
  });
});

test('a command that is too long is one for a shell, a flag a line', () => {
  expect(wrapCommand('orch recover x --state-dir /a --backend sqlite:/b', { columns: 20 })).toEqual([
    'orch recover x \\',
    '  --state-dir /a \\',
    '  --backend sqlite:/b',
  ]);
  expect(wrapCommand('orch recover x', { columns: 20 })).toEqual(['orch recover x']);
});

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

describe('the list of runs', () => {
  const at = Date.UTC(2026, 0, 31, 12);
  const run = (backend: string): ListedRun => ({
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
  });

  test.each([
    [140, ['RUN', 'WORKFLOW', 'STATUS', 'COMPLETED', 'STARTED', 'LAST CHANGE', 'BACKEND']],
    [90, ['RUN', 'WORKFLOW', 'STATUS', 'COMPLETED', 'LAST CHANGE', 'BACKEND']],
    [60, ['RUN', 'WORKFLOW', 'STATUS', 'COMPLETED', 'BACKEND']],
    [40, ['RUN', 'WORKFLOW', 'STATUS']],
  ])('has in %i columns those that fit whole, and says whether there is more', (columns, titles) => {
    const { lines, left } = listLines([run('json'), run('sqlite')], { columns });
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
    expect(lines.map((line) => line.split(/ {2,}/).length)).toEqual(lines.map(() => titles.length));
    expect(lines[0]?.split(/ {2,}/)).toEqual(titles);
    expect(lines[1]).toMatch(/^nightly-2026-01 .* interrupted\b/);
    expect(left).toBe(columns < 140);
  });

  test('is whole where it is piped', () => {
    const { lines, left } = listLines([run('json')], {});
    expect(lines[1]).toMatch(/ {2}a workflow of a rather long name {2}interrupted {2}3\/12 /);
    expect(left).toBe(false);
  });
});
