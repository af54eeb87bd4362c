import { statSync } from 'node:fs';
import type { RunEvent } from '@orch/core/author';
import { expect, test } from 'vitest';
import { commitOf, summaryOf } from '../../testkit/src/conformance/subject.ts';
import { eventsFromText, eventsToText } from '../src/event-text.ts';
import { newFile, opened } from './stage.ts';

const at = 1_700_000_000_000;
const attempt = { phase: 'build', attempt: 2, part: 'main' } as const;
const error = { code: 'ORCH_PHASE_EXIT', message: 'it ended with 3', hint: 'look' };

/** Bodies of events, with every key that format 1 gives them. */
const bodies: readonly Readonly<Record<string, unknown>>[] = [
  { type: 'run.created', format: 1, workflow: { id: 'w' }, workflowHash: 'h', inputs: {}, options: {}, directory: '/' },
  { type: 'run.started', owner: { host: 'h' }, orchVersion: '0.1.0', concurrency: 4 },
  { type: 'phase.started', ...attempt, key: '0123456789abcdef', timeoutMs: 5, deadline: 6.5, index: 7 },
  { type: 'phase.started', ...attempt, key: '0123456789abcdef' },
  { type: 'phase.adopted', ...attempt, index: 0 },
  {
    type: 'phase.completed',
    ...attempt,
    output: { a: [1, null] },
    exitCode: 0,
    durationMs: 0.25,
    index: 1,
    signal: 'X',
  },
  { type: 'phase.completed', ...attempt, output: null, durationMs: 1 },
  {
    type: 'phase.failed',
    ...attempt,
    ...{ error, class: 'exit', durationMs: 3, charge: false, retryAt: at, delayMs: 9, exitCode: 3 },
    ...{ signal: 'SIGTERM', index: 3 },
  },
  { type: 'phase.interrupted', ...attempt, reason: 'lost', exitCode: 1, signal: 'SIGKILL', index: 4 },
  { type: 'phase.skipped', phases: ['a', 'b'], reason: 'deps_not_met', cause: 'c' },
  { type: 'phase.cancelled', phases: [], exitCode: 1, signal: 'SIGTERM' },
  { type: 'phase.waiting', phase: 'p', for: 'time', until: at },
  { type: 'phase.approved', phase: 'p', by: 'me', message: 'yes' },
  { type: 'phase.rejected', phase: 'p', by: 'me' },
  { type: 'phase.expanded', phase: 'p', items: [1, [2]] },
  { type: 'checkpoint.created', name: 'build' },
  { type: 'plugin.recorded', plugin: 'p', key: 'k', value: { ['__proto__']: 1 } },
  { type: 'warning', message: 'careful' },
  { type: 'warning', plugin: 'p', message: 'careful' },
  { type: 'checkpoint.created', name: 'build', ofALaterRelease: { a: 1 } },
  { type: 'of.a.later.release', phase: 'p' },
];

function stamped(stamp: (index: number) => Readonly<Record<string, number>>): readonly RunEvent[] {
  return bodies.map((body, index) => ({ ...body, ...stamp(index) }) as unknown as RunEvent);
}

test.for([
  ['as they follow', (index: number) => ({ version: 8 + index, at, epoch: 3 })],
  ['of other times', (index: number) => ({ version: 8 + index, at: at + (index % 3), epoch: 3 })],
  ['of another epoch', (index: number) => ({ version: 8 + index, at, epoch: 1 + (index % 2) })],
  ['with gaps', (index: number) => ({ version: 8 + 2 * index, at: 0, epoch: 3 })],
] as const)('events %s come back as they were', ([, stamp]) => {
  const events = stamped(stamp);
  expect(eventsFromText(eventsToText(events, { version: 7, epoch: 3 }), { version: 7, epoch: 3 })).toEqual(events);
});

test('what has no value is left out, as JSON does', () => {
  const event = { type: 'warning', plugin: undefined, message: 'm', extra: undefined, version: 1, at, epoch: 1 };
  const text = eventsToText([event as unknown as RunEvent], { version: 0, epoch: 1 });
  expect(eventsFromText(text, { version: 0, epoch: 1 })).toStrictEqual([
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
        ...{ phase: name(phase + 1), attempt: 1, part: 'main', key: '0123456789abcdef' },
        ...stamp(version + 2),
      },
    ];
    const summary = summaryOf('r', { version: version + 2, completed: phase });
    await subject.append(made, events, { ...commitOf(made, events), summary, flush: false });
  }
  await subject.close();
  expect(statSync(file).size / phases).toBeLessThan(300);
});
