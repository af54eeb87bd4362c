import { compactEvents, expandEvents } from '@orch/core/author';
import type { RunEvent } from '@orch/core/author';

/**
 * The keys of each type of event, in the order in which a commit has their values. Part of format 1: types and keys are
 * only ever added, at the end. An event that has any other key is kept as it is.
 */
const shapes: readonly (readonly [type: RunEvent['type'], ...keys: readonly string[]])[] = [
  ['phase.started', 'phase', 'attempt', 'part', 'key', 'timeoutMs', 'deadline', 'index'],
  ['phase.completed', 'phase', 'attempt', 'part', 'durationMs', 'exitCode', 'output', 'index', 'signal'],
  ['checkpoint.created', 'name'],
  ['phase.adopted', 'phase', 'attempt', 'part', 'index'],
  [
    'phase.failed',
    'phase',
    'attempt',
    'part',
    'durationMs',
    'error',
    'class',
    'charge',
    'retryAt',
    'delayMs',
    'exitCode',
    'signal',
    'index',
  ],
  ['phase.interrupted', 'phase', 'attempt', 'part', 'reason', 'exitCode', 'signal', 'index'],
  ['phase.skipped', 'phases', 'reason', 'cause'],
  ['phase.cancelled', 'phases', 'exitCode', 'signal'],
  ['phase.waiting', 'phase', 'for', 'until'],
  ['phase.approved', 'phase', 'by', 'message'],
  ['phase.rejected', 'phase', 'by', 'message'],
  ['plugin.recorded', 'plugin', 'key', 'value'],
  ['warning', 'plugin', 'message'],
];

/** What an event has only where it does not follow from the place of its commit: `compactEvents` of core. */
const stamps = ['version', 'at', 'epoch'] as const;

/** By their numbers, each with all keys that an event of it may have. */
const layouts = shapes.map(([type, ...keys], index) => ({ index, type, keys: [...stamps, ...keys] }));

const layoutOf = new Map(layouts.map((layout) => [layout.type, layout]));

/** More than there will ever be shapes. */
const shapeLimit = 64;

/** Where the events of a commit stand. */
type Place = Parameters<typeof compactEvents>[1];

type Compact = ReturnType<typeof compactEvents>['events'][number];

/**
 * The events of a commit as text, in half of the bytes that JSON of them takes: `[at, [head, value, …], …]`. The head names
 * the shape (its remainder by 64) and, as bits above that, which of its keys have a value here.
 */
export function eventsToText(events: readonly RunEvent[], place: Place): string {
  const compact = compactEvents(events, place);
  return JSON.stringify([compact.at, ...compact.events.map((event) => pack(event) ?? event)]);
}

export function eventsFromText(text: string, place: Place): readonly RunEvent[] {
  const [at, ...rows] = JSON.parse(text) as readonly [number, ...(Compact | readonly unknown[])[]];
  return expandEvents({ at, events: rows.map((row) => (isPacked(row) ? unpack(row) : row)) }, place);
}

function isPacked(row: Compact | readonly unknown[]): row is readonly unknown[] {
  return Array.isArray(row);
}

/** `undefined`: it has a key that its shape has not. */
function pack(event: Compact): readonly unknown[] | undefined {
  const shape = layoutOf.get(event.type);
  if (shape === undefined) return undefined;
  const fields: Readonly<Record<string, unknown>> = { ...event };
  const row: unknown[] = [0];
  let mask = 0;
  for (const [bit, key] of shape.keys.entries()) {
    if (fields[key] === undefined) continue;
    mask |= 1 << bit;
    row.push(fields[key]);
  }
  let left = 1 - row.length;
  for (const key in fields) if (key !== 'type' && fields[key] !== undefined) left++;
  if (left !== 0) return undefined;
  row[0] = mask * shapeLimit + shape.index;
  return row;
}

/** Called for each event of a run that is taken up: what does not depend on the event is made before. */
function unpack(row: readonly unknown[]): Compact {
  const head = row[0] as number;
  const { type, keys } = layouts[head % shapeLimit]!;
  const event: Record<string, unknown> = { type };
  let next = 1;
  for (let bit = 0, mask = Math.floor(head / shapeLimit); mask !== 0; bit++, mask >>= 1)
    if ((mask & 1) !== 0) event[keys[bit]!] = row[next++];
  return event as Compact;
}
