import type { RunSummary } from '@orch/core';
import { expect, test } from 'vitest';
import { runsToGo } from '../../src/prune/choose-runs.ts';

const day = 86_400_000;
const now = 100 * day;

/** `demo-3-1`: of workflow demo, made 3 days ago, changed 1 day ago. */
function runOf(text: string): RunSummary {
  const [workflow = '', made, changed = made] = text.split('-');
  const times = { createdAt: now - Number(made) * day, updatedAt: now - Number(changed) * day };
  return { runId: text, workflow, status: 'completed', version: 1, phases: 1, completed: 1, failed: 0, ...times };
}

const going = (texts: readonly string[], olderThan?: number, keepLast?: number): readonly string[] =>
  runsToGo(
    texts.map((text) => runOf(text)),
    { olderThanMs: olderThan === undefined ? undefined : olderThan * day, keepLast },
    now,
  ).map(({ runId }) => runId);

test('by age: whose last change is longer ago; at the very limit a run stays', () => {
  expect(going(['a-1', 'a-5', 'a-30', 'a-31', 'a-90-2'], 30)).toEqual(['a-31']);
});

test('by number: all but the newest of each workflow, by when they were made', () => {
  expect(going(['b-9', 'a-1', 'a-3', 'a-2', 'b-8', 'a-40-0'], undefined, 2)).toEqual(['a-3', 'a-40-0']);
  expect(going(['a-1', 'a-2'], undefined, 0)).toEqual(['a-1', 'a-2']);
});

test('by both: what is old and is not among the newest', () => {
  expect(going(['a-40', 'a-50', 'a-60', 'b-70', 'a-1'], 30, 2)).toEqual(['a-50', 'a-60']);
  expect(going(['a-40', 'a-50'], 30, 2)).toEqual([]);
  expect(going(['a-1', 'a-2', 'a-3'], 30, 1)).toEqual([]);
});

test('a run and its copy in another backend count as one', () => {
  expect(going(['a-1', 'a-1', 'a-2', 'a-3'], undefined, 2)).toEqual(['a-3']);
});
