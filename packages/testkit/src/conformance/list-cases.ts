import { strict as assert } from 'node:assert';
import type { RunFilter, RunPage } from '@orch/core/author';
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
      const total = 1_025;
      const name = (index: number): string => `r${String(index).padStart(4, '0')}`;
      const made = await makeMany(subject, total, name);
      const first = await subject.backend.list({});
      assert.ok(first.runs.length <= 1_000);
      assert.ok(first.cursor !== undefined);
      // One of the first page goes and two newer ones come: the next page is what it was.
      await subject.backend.delete(name(total - 1), made.get(name(total - 1))!);
      for (const run of ['newer', 'newest']) await subject.make(run, { createdAt: 9_000 });
      const all = Array.from({ length: total }, (_, index) => name(total - 1 - index));
      assert.deepEqual([...idsOf(first), ...(await followingIds(subject, {}, first))], all);
      const filter = { workflow: 'common' };
      const common = await subject.backend.list(filter);
      assert.deepEqual(
        [...idsOf(common), ...(await followingIds(subject, filter, common))],
        all.slice(1).filter((_, index) => !isRare(total - 2 - index)),
      );
    },
  },
];

async function listed({ backend }: Subject, filter: RunFilter): Promise<readonly string[]> {
  const { runs, cursor } = await backend.list(filter);
  assert.equal(cursor, undefined);
  return runs.map(({ runId }) => runId);
}

function idsOf({ runs }: RunPage): readonly string[] {
  return runs.map(({ runId }) => runId);
}

/** Of all pages after one. */
async function followingIds(subject: Subject, filter: RunFilter, { cursor }: RunPage): Promise<readonly string[]> {
  if (cursor === undefined) return [];
  const page = await subject.backend.list(filter, cursor);
  assert.ok(page.runs.length > 0 && page.runs.length <= 1_000);
  return [...idsOf(page), ...(await followingIds(subject, filter, page))];
}

/** Of the others there is more than a page. */
function isRare(index: number): boolean {
  return index % 60 === 0;
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
        const more = { createdAt: 1_000 + index, workflow: isRare(index) ? 'rare' : 'common' };
        const { run, fence } = await subject.make(name(index), more);
        fences.set(run, fence);
      }),
    );
  }
  return fences;
}
