// Writes a golden file of the format that this release writes: node --conditions=source test/golden/make.ts FILE
// Once for each format: the files are kept, and every later release must read them.
import { commitOf, eventsOf, first, summaryOf, takingOf } from '../../../testkit/src/conformance/subject.ts';
import { sqliteBackend } from '../../src/index.ts';
import { at, everyEvent } from '../every-event.ts';

const backend = sqliteBackend(String(process.argv[2]));
await backend.open();

const whole = await backend.create('every-event', first('every-event'));
if (whole.status !== 'created') throw new Error(whole.status);
const made = { run: 'every-event', fence: whole.fence };
const events = everyEvent((index) => ({ version: 3 + index, at: at + 7 * (index >> 2), epoch: 1 }));
await backend.post('every-event', { id: 'handled', body: 1 });
await backend.post('every-event', { id: 'waiting', body: { text: 'é \ud800', list: [null] } });
await backend.append('every-event', commitOf(made, events, { handled: ['handled'] }));
const taken = await backend.acquire('every-event', { ...takingOf('second'), overEpoch: 1 });
if (taken.status !== 'held') throw new Error(taken.status);
const version = 3 + events.length;
const summary = summaryOf('every-event', {
  version: version + 1,
  status: 'waiting',
  source: 'plan.json',
  createdAt: 5_000.5,
});
await backend.append(
  'every-event',
  commitOf({ run: 'every-event', fence: taken.fence }, eventsOf(version, version + 1), { summary }),
);

const removed = await backend.create('removed', first('removed'));
if (removed.status !== 'created') throw new Error(removed.status);
await backend.delete('removed', removed.fence);

const free = await backend.create('free', first('free'));
if (free.status !== 'created') throw new Error(free.status);
await backend.release('free', free.fence);
await backend.close();
