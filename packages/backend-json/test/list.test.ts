import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunFilter, RunSummary } from '@orch/core/author';
import { expect, test } from 'vitest';
import { nodeFiles } from '../src/files.ts';
import { listRuns } from '../src/run-list.ts';
import { commit, created, event, folder, held, opened, summary, taking } from './stage.ts';

test('runs come newest first, then by id, filtered, in pages that runs made meanwhile do not shift', async () => {
  const path = folder();
  const backend = await opened(path);
  const make = async (run: string, createdAt: number): Promise<void> => {
    const state: RunSummary = { ...summary(run, 1, createdAt % 2 ? 'failed' : 'running'), createdAt, workflow: 'a' };
    await backend.create(run, { ...taking('t'), events: [event(1)], summary: state });
  };
  for (const [index, run] of ['e', 'b', 'c', 'a', 'd', 'f', 'g'].entries()) await make(run, index >> 1);
  await created(backend, 'other');
  const ids = async (filter: RunFilter): Promise<string> =>
    (await backend.list(filter)).runs.map(({ runId }) => runId).join('');
  expect(await ids({})).toBe('othergdfacbe');
  expect(await ids({ workflow: 'a' })).toBe('gdfacbe');
  expect(await ids({ workflow: 'a', status: 'failed' })).toBe('gac');
  const pages: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listRuns(nodeFiles, join(path, 'runs'), { filter: { workflow: 'a' }, cursor, pageSize: 3 });
    pages.push(page.runs.map(({ runId }) => runId).join(''));
    cursor = page.cursor;
    await make(`new${pages.length}`, 9);
  } while (cursor !== undefined);
  expect(pages).toEqual(['gdf', 'acb', 'e']);
});

test('the list tells what was appended since run.json was written, and does without it', async () => {
  const path = folder();
  const backend = await opened(path);
  const fence = await created(backend);
  const file = join(path, 'runs/r1/run.json');
  const first = readFileSync(file);
  await backend.append('r1', commit(fence, 1));
  await backend.append('r1', commit(fence, 2, { flush: false }));
  writeFileSync(file, first);
  const listed = async (): Promise<unknown> => (await (await opened(path)).list({})).runs[0];
  expect(await listed()).toEqual(summary('r1', 3));
  const second = await held(backend, 'r1', taking('second', 1));
  await backend.append('r1', commit(second, 3, { summary: summary('r1', 4, 'completed') }));
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ summary: { status: 'completed' } });
  await backend.release('r1', second);
  for (const left of [readFileSync(file), first, undefined]) {
    if (left === undefined) rmSync(file);
    else writeFileSync(file, left);
    expect(await listed()).toEqual(summary('r1', 4, 'completed'));
  }
});

test('a damaged journal does not hide the other runs', async () => {
  const path = folder();
  const backend = await opened(path);
  await created(backend);
  await created(backend, 'r2');
  writeFileSync(join(path, 'runs/r1/journal-1'), 'x'.repeat(2000));
  expect((await backend.list({})).runs.map(({ runId }) => runId)).toEqual(['r1', 'r2']);
  rmSync(join(path, 'runs/r1/run.json'));
  const { runs, unreadable = [] } = await backend.list({});
  expect(runs.map(({ runId }) => runId)).toEqual(['r2']);
  expect(unreadable).toMatchObject([{ runId: 'r1', error: { code: 'ORCH_JOURNAL_DAMAGED' } }]);
});
