import { expect, it } from 'vitest';
import { memoryBackend } from '../../src/backend/memory-backend.ts';
import { ownerNumber } from '../engine/bench.ts';

// What every backend must do is in the conformance suite of @orch/testkit, which memory passes there.

const summary = {
  runId: 'r',
  workflow: 'w',
  status: 'running',
  createdAt: 1,
  updatedAt: 1,
  version: 0,
  phases: 1,
  completed: 0,
  failed: 0,
} as const;

const first = { owner: ownerNumber(1), token: 't', ttlMs: 10, events: [], summary };

it('keeps its runs for who opens it again', async () => {
  const backend = memoryBackend();
  await backend.open();
  await backend.create('r', first);
  await backend.close();
  await expect(backend.list({})).rejects.toMatchObject({ code: 'ORCH_BACKEND_CLOSED' });
  await backend.open();
  expect(await backend.list({})).toEqual({ runs: [summary] });
});

it('refuses an option that there is not', () => {
  expect(() => memoryBackend({ clock: 1 } as never)).toThrow('memoryBackend: there is no option "clock".');
  expect(() => memoryBackend({ now: 1 } as never)).toThrow('memoryBackend: now must be a function, not 1.');
});

it('stops a reading at the close', async () => {
  const backend = memoryBackend();
  const events = [{ type: 'run.completed', version: 1, at: 1, epoch: 1 }] as const;
  const created = await backend.create('r', { ...first, events });
  if (created.status !== 'created') throw new Error('not created');
  const more = [{ ...events[0], version: 2 }];
  await backend.append('r', { expectedVersion: 1, fence: created.fence, events: more, summary, flush: true });
  const read = async (): Promise<void> => {
    for await (const commit of backend.read('r')) {
      expect(commit[0]?.version).toBe(1);
      await backend.close();
    }
  };
  await expect(read()).rejects.toMatchObject({ code: 'ORCH_BACKEND_CLOSED' });
});

it('counts leases by the clock that it is given', async () => {
  let now = 100;
  const backend = memoryBackend({ now: () => now });
  await backend.create('r', first);
  now = 110;
  expect(await backend.holder('r')).toMatchObject({ since: 100, expired: false });
  now = 111;
  expect(await backend.holder('r')).toMatchObject({ since: 100, expired: true });
});

it('lets go of a signal once `changed` has settled', async () => {
  const backend = memoryBackend();
  await backend.create('r', first);
  const { signal } = new AbortController();
  let listeners = 0;
  const counted = Object.assign(Object.create(signal) as AbortSignal, {
    addEventListener: () => listeners++,
    removeEventListener: () => listeners--,
  });
  Object.defineProperty(counted, 'aborted', { value: false });
  const changed = backend.changed?.('r', 0, counted);
  await Promise.resolve();
  expect(listeners).toBe(1);
  await backend.post('r', { id: 'm', body: 1 });
  await changed;
  expect(listeners).toBe(0);
});
