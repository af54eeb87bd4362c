import type { RunEvent } from '../run/event.ts';

/**
 * The events of one commit, without what follows from where they stand: most of a stamp is the same again and again, and
 * a journal of stamps is a third longer and slower to read.
 */
export interface CompactEvents {
  /** Of the last event, and of each that says nothing else: wall time in milliseconds since 1970. */
  readonly at: number;
  /** Without `version`, `epoch` and `at` where they are the expected ones: `undefined` before they are JSON. */
  readonly events: readonly CompactEvent[];
}

export type CompactEvent = { readonly [Key in 'version' | 'epoch' | 'at']?: number | undefined } & Pick<
  RunEvent,
  'type'
>;

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
  const compact = events.map((event) => {
    expected++;
    return {
      ...event,
      version: event.version === expected ? undefined : event.version,
      at: event.at === at ? undefined : event.at,
      epoch: event.epoch === epoch ? undefined : event.epoch,
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
