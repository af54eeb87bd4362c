import { expect, test } from 'vitest';
import { memoryBackend } from '../../src/backend/memory-backend.ts';
import type { Backend } from '../../src/backend/backend.ts';
import type { StateFinding, UnreadableRun } from '../../src/backend/state-finding.ts';
import type { ListOptions } from '../../src/engine/options.ts';
import { Orchestrator } from '../../src/engine/orchestrator.ts';
import { orchError } from '../../src/errors/orch-error.ts';
import type { RunSummary } from '../../src/run/event.ts';
import { workflow } from '../../src/spec/workflow.ts';
import { TestClock } from './bench.ts';

const one = workflow('one').phase('a', { run: () => 1 });
const damage = orchError({ code: 'ORCH_JOURNAL_DAMAGED', message: 'j is damaged at byte 7.', hint: 'Restore it.' });

/** A backend with the completed runs `r1` and `r2`, changed. */
async function stored(change: (backend: Backend) => Partial<Backend>): Promise<{ orch: Orchestrator; said: string[] }> {
  const backend = memoryBackend();
  const clock = new TestClock();
  const making = new Orchestrator({ backend, clock });
  for (const runId of ['r1', 'r2']) {
    await making.execute(one, { runId }).outputs();
    // Lists are sorted by the time of making.
    clock.jump(1);
  }
  await making.close();
  const said: string[] = [];
  const log = { info: () => {}, warn: (text: string) => void said.push(text) };
  return { orch: new Orchestrator({ backend: { ...backend, ...change(backend) }, log }), said };
}

async function rows(orch: Orchestrator, options: ListOptions = {}): Promise<RunSummary[]> {
  const found: RunSummary[] = [];
  for await (const row of orch.list(options)) found.push(row);
  return found;
}

test('sound runs: nothing is found, with a backend that can not check as well', async () => {
  const { orch } = await stored(() => ({}));
  expect(await orch.check()).toEqual([]);
});

test('a journal that can not be replayed is an error, with what its error says', async () => {
  const { orch } = await stored((backend) => ({
    async *read(run, options) {
      if (run === 'r1') throw Object.assign(damage, { file: 'j', offset: 7 });
      for await (const events of backend.read(run, options)) yield events.filter(({ version }) => version !== 3);
    },
  }));
  expect(await orch.check()).toMatchObject([
    { code: 'ORCH_JOURNAL_INVALID', severity: 'error', run: 'r2', hint: expect.any(String) },
    { code: 'ORCH_JOURNAL_DAMAGED', severity: 'error', run: 'r1', file: 'j', offset: 7, hint: 'Restore it.' },
  ]);
});

test('what the backend finds comes first, and a run that it calls damaged is not found twice', async () => {
  const note: StateFinding = { code: 'ORCH_STATE_SUMMARY', severity: 'note', run: 'r2', message: 'a note' };
  const error: StateFinding = { code: 'ORCH_JOURNAL_DAMAGED', severity: 'error', run: 'r1', message: 'found' };
  const { orch } = await stored((backend) => ({
    check: async () => [note, error],
    read(run, options) {
      if (run === 'r1') throw damage;
      return backend.read(run, options);
    },
  }));
  expect(await orch.check()).toEqual([note, error]);
});

test('a run that can not be summed up is named beside the list, and is checked', async () => {
  const { orch, said } = await stored((backend) => ({
    async list(filter, cursor) {
      const { runs } = await backend.list(filter, cursor);
      return { runs: runs.filter(({ runId }) => runId !== 'r1'), unreadable: [{ runId: 'r1', error: damage }] };
    },
    read(run, options) {
      if (run === 'r1') throw damage;
      return backend.read(run, options);
    },
  }));
  expect((await rows(orch)).map(({ runId }) => runId)).toEqual(['r2']);
  expect(said).toEqual(["run r1 can't be listed: j is damaged at byte 7."]);
  const unreadable: UnreadableRun[] = [];
  const onUnreadable = (run: UnreadableRun): void => void unreadable.push(run);
  const listed = await rows(orch, { workflow: 'one', status: 'completed', onUnreadable });
  expect(listed.map(({ runId }) => runId)).toEqual(['r2']);
  expect(unreadable).toEqual([{ runId: 'r1', error: damage }]);
  expect(said).toHaveLength(1);
  const refusal = new Error('no more');
  const refusing = rows(orch, {
    onUnreadable: () => {
      throw refusal;
    },
  });
  await expect(refusing).rejects.toBe(refusal);
  expect(await orch.check()).toMatchObject([{ run: 'r1', code: 'ORCH_JOURNAL_DAMAGED' }]);
});

test('a damaged run that says running is listed so; an unreachable backend is an error of the list', async () => {
  const running = (error: Error) => (backend: Backend) => ({
    async list() {
      const { runs } = await backend.list({});
      return { runs: runs.map((run) => ({ ...run, status: 'running' as const })) };
    },
    holder: () => Promise.reject(error),
  });
  expect((await rows((await stored(running(damage))).orch)).map(({ status }) => status)).toEqual([
    'running',
    'running',
  ]);
  const gone = orchError({ code: 'ORCH_BACKEND_UNAVAILABLE', message: 'gone' });
  await expect(rows((await stored(running(gone))).orch)).rejects.toBe(gone);
});
