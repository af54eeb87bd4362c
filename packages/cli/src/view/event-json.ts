import type { RunEvent } from '@orch/core';

/** A line of JSON for an event. Backends keep its data, not the order of its keys: here it is the same from all of them. */
export function eventJson(event: RunEvent): string {
  const { type, version, at, epoch } = event;
  // What stands first stays first; the rest follows in its own order.
  const first = { type, version, at, epoch };
  return `${JSON.stringify({ ...first, ...event })}\n`;
}
