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

/** What every event has; left out where it follows from the event before, or from the commit. */
const stamps = ['version', 'at', 'epoch'] as const;

const keysOf = new Map(shapes.map(([type, ...keys], index) => [type, { index, keys: [...stamps, ...keys] }]));

/** More than there will ever be shapes. */
const shapeLimit = 64;

/** What the stamps of the first event follow from. */
export interface Before {
  /** Version of the event before it. */
  readonly version: number;
  /** Of the taking. */
  readonly epoch: number;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * The events of a commit as text, in a quarter of the bytes that JSON of them takes: `[[head, value, …], …]`. The head names
 * the shape (its remainder by 64) and, as bits above that, which of its keys have a value here.
 */
export function eventsToText(events: readonly RunEvent[], before: Before): string {
  let { version } = before;
  let at: number | undefined;
  const rows = events.map((event) => {
    version++;
    const row = pack(event, { version, at, epoch: before.epoch }) ?? event;
    ({ version, at } = event);
    return row;
  });
  return JSON.stringify(rows);
}

export function eventsFromText(text: string, before: Before): readonly RunEvent[] {
  let { version } = before;
  let at: number | undefined;
  return (JSON.parse(text) as readonly (RunEvent | readonly unknown[])[]).map((row) => {
    version++;
    const event = isPacked(row) ? unpack(row, { version, at, epoch: before.epoch }) : row;
    ({ version, at } = event);
    return event;
  });
}

function isPacked(row: RunEvent | readonly unknown[]): row is readonly unknown[] {
  return Array.isArray(row);
}

/** `undefined`: it has a key that its shape has not. */
function pack(event: RunEvent, expected: Fields): readonly unknown[] | undefined {
  const shape = keysOf.get(event.type);
  if (shape === undefined) return undefined;
  const fields: Fields = { ...event };
  const row: unknown[] = [0];
  let mask = 0;
  // The type is one of them.
  let found = 1;
  for (const [bit, key] of shape.keys.entries()) {
    const value = fields[key];
    if (value === undefined) continue;
    found++;
    if (bit < stamps.length && value === expected[key]) continue;
    mask |= 1 << bit;
    row.push(value);
  }
  for (const key in fields) if (fields[key] === undefined) found++;
  if (found !== Object.keys(fields).length) return undefined;
  row[0] = mask * shapeLimit + shape.index;
  return row;
}

function unpack(row: readonly unknown[], expected: Fields): RunEvent {
  const head = row[0] as number;
  const [type, ...keys] = shapes[head % shapeLimit]!;
  const mask = Math.floor(head / shapeLimit);
  const event: Record<string, unknown> = { type, ...expected };
  let next = 1;
  for (const [bit, key] of [...stamps, ...keys].entries()) if ((mask & (1 << bit)) !== 0) event[key] = row[next++];
  return event as unknown as RunEvent;
}
