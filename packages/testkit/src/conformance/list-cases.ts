import { strict as assert } from 'node:assert';
import type { RunFilter } from '@orch/core/author';
import type { BackendCase } from './backend-case.ts';
import { eventsOf, summaryOf } from './subject.ts';
import type { Subject } from './subject.ts';

/** Runs by their summaries. */
export const listCases: readonly BackendCase[] = [
  {
    id: 'B72',
    title: 'lists nothing, without a cursor, where there is nothing',
    async run({ backend }) {
      assert.deepEqual(await backend.list({}), { runs: [] });
    },
  },
  {
    id: 'B73',
    title: 'lists the newest first, and those of one time by id',
    async run(subject) {
      const times = { b: 2_000, C: 2_000, a: 2_000, old: 1_000, new: 3_000 };
      for (const [run, createdAt] of Object.entries(times)) await subject.make(run, { createdAt });
      assert.deepEqual(await listed(subject, {}), ['new', 'C', 'a', 'b', 'old']);
    },
  },
  {
    id: 'B74',
    title: 'filters by workflow and status, as the newest commit has them',
    async run(subject) {
      const w1 = await subject.make('r1', { workflow: 'w1', createdAt: 1 });
      await subject.make('r2', { workflow: 'w1', createdAt: 2, status: 'failed' });
      await subject.make('r3', { workflow: 'w2', createdAt: 3, status: 'failed' });
      assert.deepEqual(await listed(subject, { workflow: 'w1' }), ['r2', 'r1']);
      assert.deepEqual(await listed(subject, { status: 'failed' }), ['r3', 'r2']);
      assert.deepEqual(await listed(subject, { workflow: 'w1', status: 'failed' }), ['r2']);
      assert.deepEqual(await listed(subject, { status: 'completed' }), []);
      const summary = summaryOf('r1', { workflow: 'w1', createdAt: 1, status: 'completed', version: 3 });
      await subject.append(w1, eventsOf(3, 3), { summary });
      assert.deepEqual(await listed(subject, { status: 'completed' }), ['r1']);
      assert.deepEqual(await listed(subject, { status: 'running' }), []);
    },
  },
  {
    id: 'B75',
    title: 'takes a filter for text, not for a pattern, a path or code',
    async run(subject) {
      await subject.make('r');
      const evil = ['__proto__', 'constructor', '%', '*', '', '../w', "w' OR '1'='1", 'W', 'w\u0000', '${w}', '.'];
      for (const workflow of evil) assert.deepEqual(await listed(subject, { workflow }), [], workflow);
      assert.deepEqual(await listed(subject, { workflow: 'w' }), ['r']);
    },
  },
  {
    id: 'B99',
    title: 'gives back a summary with text in every script, and finds it by it',
    async run(subject) {
      const workflow = 'é 日本 🦀';
      const source = '\ud800/__proto__/\u0000\n';
      await subject.make('r', { workflow, source });
      await subject.make('other', { workflow: 'e\u0301 日本 🦀' });
      const { runs } = await subject.backend.list({ workflow });
      assert.deepEqual(runs, [summaryOf('r', { workflow, source })]);
    },
  },
  {
    id: 'B76',
    title: 'answers pages of at most 1,000, whose cursors lead through all runs once while others come and go',
    async run(subject) {
      const name = (index: number): string => `r${String(index).padStart(4, '0')}`;
      const made = await makeMany(subject, 1_005, name);
      const first = await subject.backend.list({});
      assert.ok(first.runs.length <= 1_000);
      assert.ok(first.cursor !== undefined);
      // One of the first page goes and two newer ones come: the next page is what it was.
      await subject.backend.delete(name(1_004), made.get(name(1_004))!);
      for (const run of ['newer', 'newest']) await subject.make(run, { createdAt: 9_000 });
      const seen = first.runs.map(({ runId }) => runId);
      for (let cursor: string | undefined = first.cursor; cursor !== undefined;) {
        const page: Awaited<ReturnType<typeof subject.backend.list>> = await subject.backend.list({}, cursor);
        assert.ok(page.runs.length > 0 && page.runs.length <= 1_000);
        seen.push(...page.runs.map(({ runId }) => runId));
        cursor = page.cursor;
      }
      assert.deepEqual(
        seen,
        Array.from({ length: 1_005 }, (_, index) => name(1_004 - index)),
      );
      assert.deepEqual((await subject.backend.list({ workflow: 'even' })).runs.length, 502);
    },
  },
];

async function listed({ backend }: Subject, filter: RunFilter): Promise<readonly string[]> {
  const { runs, cursor } = await backend.list(filter);
  assert.equal(cursor, undefined);
  return runs.map(({ runId }) => runId);
}

async function makeMany(
  subject: Subject,
  count: number,
  name: (index: number) => string,
): Promise<ReadonlyMap<string, { readonly epoch: number; readonly token: string }>> {
  const fences = new Map<string, { readonly epoch: number; readonly token: string }>();
  for (let from = 0; from < count; from += 50) {
    const indexes = Array.from({ length: Math.min(50, count - from) }, (_, offset) => from + offset);
    await Promise.all(
      indexes.map(async (index) => {
        const more = { createdAt: 1_000 + index, workflow: index % 2 === 0 ? 'even' : 'odd' };
        const { run, fence } = await subject.make(name(index), more);
        fences.set(run, fence);
      }),
    );
  }
  return fences;
}
