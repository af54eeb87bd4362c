import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { eventsOf, first, ownerOf, summaryOf, takingOf } from '../../testkit/src/conformance/subject.ts';
import { at, everyEvent } from './every-event.ts';
import { newFile, opened } from './stage.ts';

test('a file of format 1 is read as it was written, and goes on', async () => {
  const file = newFile();
  mkdirSync(dirname(file));
  copyFileSync(fileURLToPath(new URL('golden/format-1.db', import.meta.url)), file);
  const subject = await opened(file);
  const { backend } = subject;
  expect((await subject.check()).filter(({ severity }) => severity === 'error')).toEqual([]);
  const events = everyEvent((index) => ({ version: 3 + index, at: at + 7 * (index >> 2), epoch: 1 }));
  const version = 3 + events.length;
  expect(await subject.read('every-event')).toEqual([...eventsOf(1, 2), ...events, ...eventsOf(version, version + 1)]);
  const more = { version: version + 1, status: 'waiting', source: 'plan.json', createdAt: 5_000.5 } as const;
  expect(await backend.list({})).toEqual({
    runs: [summaryOf('every-event', { ...more, updatedAt: 1_002 }), summaryOf('free')],
  });
  expect(await backend.messages('every-event')).toEqual([{ id: 'waiting', body: { text: 'é \ud800', list: [null] } }]);
  expect(await backend.holder('every-event')).toMatchObject({ by: ownerOf('second'), epoch: 2 });
  expect(await backend.holder('free')).toBeUndefined();
  const made = await backend.create('removed', first('removed'));
  expect(made).toEqual({ status: 'created', fence: { epoch: 2, token: 'first' } });
  const answer = await backend.acquire('every-event', { ...takingOf('third'), overEpoch: 2 });
  expect(answer).toEqual({ status: 'held', fence: { epoch: 3, token: 'third' } });
  const held = { run: 'every-event', fence: { epoch: 3, token: 'third' } };
  expect(await subject.append(held, eventsOf(version + 2, version + 2))).toEqual({ status: 'ok' });
  expect((await subject.versions('every-event')).length).toBe(version + 2);
});
