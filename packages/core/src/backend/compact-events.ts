import type { RunEvent } from '../run/event.ts';

/**
 * The events of one commit, without what follows from where they stand: most of a stamp is the same again and again, and
 * a journal of stamps is a third longer and slower to read.
 */
export interface CompactEvents {
  /** Of the last event, and of each that says nothing else: wall time in milliseconds since 1970. */
  readonly at: number;
  /** Without `version`, `epoch` and `at` where they are the expected ones. */
  readonly events: readonly CompactEvent[];
}

export type CompactEvent = Partial<Pick<RunEvent, 'version' | 'epoch' | 'at'>> & Pick<RunEvent, 'type'>;

/** Where the events of a commit stand. */
export interface EventsPlace {
  /** The version before the first of them. */
  readonly after: number;
  /** Of the fence that they were written under. */
  readonly epoch: number;
}

/** For backends: `expandEvents` brings the events back as they were, but for the order of their keys. */
export function compactEvents(events: readonly RunEvent[], { after, epoch }: EventsPlace): CompactEvents {
  const at = events.at(-1)?.at ?? 0;
  let expected = after;
  const compact = events.map((event): CompactEvent => {
    expected++;
    const { version, at: ownAt, epoch: ownEpoch, ...rest } = event;
    if (version === expected && ownAt === at && ownEpoch === epoch) return rest;
    return {
      ...rest,
      ...(version === expected ? {} : { version }),
      ...(ownAt === at ? {} : { at: ownAt }),
      ...(ownEpoch === epoch ? {} : { epoch: ownEpoch }),
    };
  });
  return { at, events: compact };
}

/** Changes the events in place: they were parsed for this, and a copy of each would cost as much as to parse it. */
export function expandEvents({ at, events }: CompactEvents, { after, epoch }: EventsPlace): readonly RunEvent[] {
  let expected = after;
  for (const event of events as { -readonly [Key in keyof CompactEvent]: CompactEvent[Key] }[]) {
    expected++;
    event.version ??= expected;
    event.at ??= at;
    event.epoch ??= epoch;
  }
  return events as readonly RunEvent[];
}
