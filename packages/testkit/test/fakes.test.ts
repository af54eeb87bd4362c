import { memoryBackend } from '@orch/core';
import { describe, expect, it } from 'vitest';
import { faultyBackend, fixedIds, manualClock } from '../src/index.ts';
import { eventsOf, first, Subject } from '../src/conformance/subject.ts';

describe('manualClock', () => {
  it('fires timers in order, each at its time, with what follows from it', async () => {
    const clock = manualClock(1_000);
    const said: string[] = [];
    const say = (what: string): void => void said.push(`${what} ${clock.now()} ${clock.monotonic()}`);
    clock.timer(20, () => say('b'));
    clock.timer(10, () => {
      say('a');
      void Promise.resolve().then(() => clock.timer(5, () => say('after a')));
    });
    clock.timer(20, () => say('c'));
    clock.timer(31, () => say('late'));
    await clock.advance(30);
    expect(said).toEqual(['a 1010 10', 'after a 1015 15', 'b 1020 20', 'c 1020 20']);
    expect([clock.now(), clock.pending]).toEqual([1_030, 1]);
  });

  it('calls timers off', async () => {
    const clock = manualClock();
    const cancel = clock.timer(1, () => expect.unreachable());
    cancel();
    await clock.advance(10);
    expect(await clock.advanceToNext()).toBe(false);
  });

  it('sets the wall clock without a timer noticing', async () => {
    const clock = manualClock(1_000);
    let fired = false;
    clock.timer(10, () => (fired = true));
    clock.jump(3_600_000);
    await clock.advance(9);
    expect([clock.now(), fired]).toEqual([3_601_009, false]);
  });
});

it('fixedIds are the same each time', () => {
  const ids = fixedIds();
  expect([ids.runId(), ids.random(), ids.runId(), ids.random()]).toEqual(['run-1', 'id-1', 'run-2', 'id-2']);
});

describe('faultyBackend', () => {
  it('fails before the effect, after it, and not elsewhere', async () => {
    const memory = memoryBackend();
    const backend = faultyBackend(memory, [
      { call: 'append', at: 1, when: 'before' },
      { call: 'append', at: 3, when: 'after' },
      { call: 'read', at: 2, when: 'before', error: new Error('mine') },
    ]);
    const subject = new Subject({ backend, cleanup: () => undefined });
    const made = await subject.make('r');
    await expect(subject.append(made, eventsOf(3, 3))).rejects.toMatchObject({ code: 'ORCH_BACKEND_UNAVAILABLE' });
    expect(await subject.versions('r')).toEqual([1, 2]);
    await subject.append(made, eventsOf(3, 3));
    await expect(subject.append(made, eventsOf(4, 4))).rejects.toMatchObject({ code: 'ORCH_BACKEND_UNAVAILABLE' });
    await expect(subject.versions('r')).rejects.toThrow('mine');
    expect(await subject.versions('r')).toEqual([1, 2, 3, 4]);
    expect(await backend.create('s', first('s'))).toMatchObject({ status: 'created' });
  });
});
