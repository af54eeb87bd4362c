import { inspect, types } from 'node:util';
import { messageOf } from './errors/orch-error.ts';

/** Any value in a few words for a message, whatever it is. No code of it is called. */
export function show(value: unknown): string {
  if (types.isNativeError(value)) return `the error ${JSON.stringify(messageOf(value))}`;
  return inspect(value, {
    customInspect: false,
    depth: 1,
    compact: true,
    breakLength: Infinity,
    maxArrayLength: 3,
    maxStringLength: 60,
  });
}
