import { statSync } from 'node:fs';
import type { RunEvent } from '@orch/core/author';
import { expect, test } from 'vitest';
import { commitOf, summaryOf } from '../../testkit/src/conformance/subject.ts';
import { eventsFromText, eventsToText } from '../src/event-text.ts';
import { at, everyEvent } from '../../../test/golden/every-event.ts';
import { newFile, opened } from './stage.ts';

test.for([
  ['as they follow', (index: number) => ({ version: 8 + index, at, epoch: 3 })],
  ['of other times', (index: number) => ({ version: 8 + index, at: at + (index % 3), epoch: 3 })],
  ['of another epoch', (index: number) => ({ version: 8 + index, at, epoch: 1 + (index % 2) })],
  ['with gaps', (index: number) => ({ version: 8 + 2 * index, at: 0, epoch: 3 })],
] as const)('events %s come back as they were', ([, stamp]) => {
  const events = everyEvent(stamp);
  expect(eventsFromText(eventsToText(events, { after: 7, epoch: 3 }), { after: 7, epoch: 3 })).toEqual(events);
});

test('what has no value is left out, as JSON does', () => {
  const event = { type: 'warning', plugin: undefined, message: 'm', extra: undefined, version: 1, at, epoch: 1 };
  const text = eventsToText([event as unknown as RunEvent], { after: 0, epoch: 1 });
  expect(eventsFromText(text, { after: 0, epoch: 1 })).toStrictEqual([
    { type: 'warning', message: 'm', version: 1, at, epoch: 1 },
  ]);
});

test('a trivial phase takes at most 300 bytes of the file', async () => {
  const phases = 1_000;
  const file = newFile();
  const subject = await opened(file);
  const made = await subject.make('r');
  const stamp = (version: number): { version: number; at: number; epoch: number } => ({
    version,
    at: at + version,
    epoch: 1,
  });
  const name = (phase: number): string => `phase-${String(phase).padStart(4, '0')}`;
  for (let phase = 1, version = 3; phase <= phases; phase++, version += 3) {
    const events: readonly RunEvent[] = [
      { type: 'phase.completed', phase: name(phase), attempt: 1, part: 'main', durationMs: 1, ...stamp(version) },
      { type: 'checkpoint.created', name: name(phase + 1), ...stamp(version + 1) },
      {
        type: 'phase.started',
        phase: name(phase + 1),
        attempt: 1,
        part: 'main',
        key: '0123456789abcdef',
        ...stamp(version + 2),
      },
    ];
    const summary = summaryOf('r', { version: version + 2, completed: phase });
    await subject.append(made, events, { ...commitOf(made, events), summary, flush: false });
  }
  await subject.close();
  expect(statSync(file).size / phases).toBeLessThan(300);
});
