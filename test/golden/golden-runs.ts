import type { Backend } from '@orch/core/author';
import { expect } from 'vitest';
import {
  commitOf,
  eventsOf,
  first,
  ownerOf,
  Subject,
  summaryOf,
  takingOf,
} from '../../packages/testkit/src/conformance/subject.ts';
import { at, everyEvent } from './every-event.ts';
import { failedRun } from './failed-run.ts';

/** After the two events that a run is made with. */
const events = everyEvent((index) => ({ version: 3 + index, at: at + 7 * (index >> 2), epoch: 1 }));
const version = 3 + events.length;
const more = { version: version + 1, status: 'waiting', source: 'plan.json', createdAt: 5_000.5 } as const;
const waiting = { id: 'waiting', body: { text: 'é \ud800', list: [null] } };

/** Writes what golden files hold beside a real run: one with every event, messages and two takings, a removed and a free one. */
export async function writeGoldenRuns(backend: Backend): Promise<void> {
  const whole = await backend.create('every-event', first('every-event'));
  if (whole.status !== 'created') throw new Error(whole.status);
  await backend.post('every-event', { id: 'handled', body: 1 });
  await backend.post('every-event', waiting);
  const made = { run: 'every-event', fence: whole.fence };
  await backend.append('every-event', commitOf(made, events, { handled: ['handled'] }));
  const taken = await backend.acquire('every-event', { ...takingOf('second'), overEpoch: 1 });
  if (taken.status !== 'held') throw new Error(taken.status);
  const held = { run: 'every-event', fence: taken.fence };
  const summary = summaryOf('every-event', more);
  await backend.append('every-event', commitOf(held, eventsOf(version, version + 1), { summary }));

  const removed = await backend.create('removed', first('removed'));
  if (removed.status !== 'created') throw new Error(removed.status);
  await backend.delete('removed', removed.fence);

  const free = await backend.create('free', first('free'));
  if (free.status !== 'created') throw new Error(free.status);
  await backend.release('free', free.fence);
}

/** That they are read as they were written, and go on. */
export async function expectGoldenRuns(backend: Backend): Promise<void> {
  const subject = new Subject({ backend, cleanup: () => undefined });
  expect((await subject.check()).filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(await subject.read('every-event')).toEqual([...eventsOf(1, 2), ...events, ...eventsOf(version, version + 1)]);
  const { runs } = await backend.list({});
  expect(runs[0]).toMatchObject({ runId: failedRun, status: 'failed', phases: 3, completed: 1, failed: 1 });
  expect(runs.slice(1)).toEqual([summaryOf('every-event', { ...more, updatedAt: 1_002 }), summaryOf('free')]);
  expect(await backend.messages('every-event')).toEqual([waiting]);
  expect(await backend.holder('every-event')).toMatchObject({ by: ownerOf('second'), epoch: 2 });
  expect(await backend.holder('free')).toBeUndefined();
  const made = await backend.create('removed', first('removed'));
  if (made.status !== 'created') throw new Error(made.status);
  expect(made.fence.epoch, 'its epochs outlived it').toBeGreaterThan(1);
  const answer = await backend.acquire('every-event', { ...takingOf('third'), overEpoch: 2 });
  expect(answer).toEqual({ status: 'held', fence: { epoch: 3, token: 'third' } });
  const held = { run: 'every-event', fence: { epoch: 3, token: 'third' } };
  expect(await subject.append(held, eventsOf(version + 2, version + 2))).toEqual({ status: 'ok' });
  expect((await subject.versions('every-event')).length).toBe(version + 2);
}
