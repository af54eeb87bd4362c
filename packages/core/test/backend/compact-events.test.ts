import { describe, expect, it } from 'vitest';
import { compactEvents, expandEvents } from '../../src/author.ts';
import type { CompactEvents, RunEvent } from '../../src/author.ts';

const place = { after: 4, epoch: 2 };

function warning(version: number, more: Partial<RunEvent> = {}): RunEvent {
  return { type: 'warning', message: `m${version}`, version, at: 1_700_000_000_000, epoch: 2, ...more } as RunEvent;
}

function stored(events: readonly RunEvent[]): CompactEvents {
  return JSON.parse(JSON.stringify(compactEvents(events, place))) as CompactEvents;
}

describe('compact events', () => {
  it('leave out what follows from where they stand', () => {
    expect(stored([warning(5), warning(6)])).toEqual({
      at: 1_700_000_000_000,
      events: [
        { type: 'warning', message: 'm5' },
        { type: 'warning', message: 'm6' },
      ],
    });
  });

  it('have the time of the last one', () => {
    expect(stored([warning(5, { at: 7 }), warning(6, { at: 8 })])).toEqual({
      at: 8,
      events: [
        { type: 'warning', message: 'm5', at: 7 },
        { type: 'warning', message: 'm6' },
      ],
    });
  });

  it.each([
    ['one after another', [warning(5), warning(6), warning(7)]],
    ['at different times', [warning(5, { at: 7 }), warning(6, { at: 8 })]],
    ['with a time of 0', [warning(5, { at: 0 }), warning(6)]],
    ['of other versions than expected', [warning(9), warning(1)]],
    ['of another epoch', [warning(5, { epoch: 1 }), warning(6, { epoch: 0 })]],
    ['none', []],
    ['with a key __proto__', [JSON.parse('{"type":"warning","__proto__":{"at":1},"version":5,"at":2,"epoch":2}')]],
  ] as [string, RunEvent[]][])('come back as they were: %s', (_name, events) => {
    const before = structuredClone(events);
    expect(expandEvents(stored(events), place)).toEqual(before);
    expect(events, 'the events of the caller are left alone').toEqual(before);
  });
});
