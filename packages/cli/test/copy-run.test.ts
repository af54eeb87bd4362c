import { memoryBackend, Orchestrator, workflow } from '@orch/core';
import type { RunEvent } from '@orch/core';
import { orchError } from '@orch/core/author';
import type { Backend } from '@orch/core/author';
import { expect, test } from 'vitest';
import { storeSnapshot, takeSnapshot } from '../src/copy-run.ts';
import type { Snapshot } from '../src/copy-run.ts';

/** Of a run that is far from its end, with a long journal. */
async function longSnapshot(): Promise<Snapshot> {
  await using orchestrator = new Orchestrator({ backend: memoryBackend() });
  const definition = workflow('demo').phase('a', { run: () => 1 });
  await orchestrator.execute(definition, { runId: 'one' }).outputs();
  const { report, events } = await takeSnapshot(orchestrator, 'one');
  const begun = events.slice(
    0,
    events.findIndex(({ type }) => type === 'phase.completed'),
  );
  const message = 'x'.repeat(2 ** 20);
  const { at, epoch } = begun[0]!;
  const more = Array.from({ length: 9 }, (_, index): RunEvent => {
    return { type: 'warning', message, version: begun.length + index + 1, at, epoch };
  });
  const all = [...begun, ...more];
  return { report: { ...report, status: 'running', version: all.length }, events: all };
}

interface Limited {
  readonly backend: Backend;
  readonly commits: number[];
}

/** Takes no more than some events to make a run of, as Redis takes no more than some bytes. */
async function limited(mostEvents: number, change: Partial<Backend> = {}): Promise<Limited> {
  const inner = memoryBackend();
  await inner.open();
  const commits: number[] = [];
  const backend: Backend = {
    ...inner,
    async create(run, first) {
      if (first.events.length > mostEvents)
        throw orchError({ code: 'ORCH_PLAN_LIMIT', message: 'too large', hint: 'less' });
      commits.push(first.events.length);
      return inner.create(run, first);
    },
    async append(run, commit) {
      commits.push(commit.events.length);
      return inner.append(run, commit);
    },
    ...change,
  };
  return { backend, commits };
}

async function read(backend: Backend, run: string): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const some of backend.read(run)) events.push(...some);
  return events;
}

test('a journal that a backend does not take at once is written in parts, and let go', async () => {
  const snapshot = await longSnapshot();
  const { backend, commits } = await limited(snapshot.events.length - 1);
  expect(await storeSnapshot(backend, 'two', snapshot)).toBe('created');
  expect(commits.length).toBeGreaterThan(2);
  expect(await read(backend, 'two')).toEqual(snapshot.events);
  const { runs } = await backend.list({});
  expect(runs).toMatchObject([{ runId: 'two', status: 'running', version: snapshot.events.length }]);
  expect(await backend.holder('two')).toBeUndefined();
});

test('one that is small enough is written at once', async () => {
  const snapshot = await longSnapshot();
  const { backend, commits } = await limited(snapshot.events.length);
  await storeSnapshot(backend, 'two', snapshot);
  expect(commits).toEqual([snapshot.events.length]);
});

test('where a part is refused, nothing is left of it', async () => {
  const refusal = new Error('the disk is full');
  const { backend } = await limited(9, { append: () => Promise.reject(refusal) });
  await expect(storeSnapshot(backend, 'two', await longSnapshot())).rejects.toBe(refusal);
  expect(await backend.list({})).toMatchObject({ runs: [] });
  const lost = await limited(9, { append: async () => ({ status: 'lost-lease', epoch: 2 }) });
  await expect(storeSnapshot(lost.backend, 'two', await longSnapshot())).rejects.toMatchObject({
    code: 'ORCH_RUN_LOST',
  });
});

test('a plan that alone is too large is refused as it was', async () => {
  const { backend } = await limited(1);
  await expect(storeSnapshot(backend, 'two', await longSnapshot())).rejects.toMatchObject({ code: 'ORCH_PLAN_LIMIT' });
  expect(await backend.list({})).toMatchObject({ runs: [] });
});
