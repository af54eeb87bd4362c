import { inspect, types } from 'node:util';
import { messageOf } from './errors/orch-error.ts';

const mostCharacters = 60;

/** Any value in a few words for a message, whatever it is. No code of it is called. */
export function show(value: unknown): string {
  if (types.isNativeError(value)) return `the error ${JSON.stringify(messageOf(value))}`;
  if (typeof value === 'string')
    return JSON.stringify(value.length > mostCharacters ? `${value.slice(0, mostCharacters)}…` : value);
  return inspect(value, {
    customInspect: false,
    depth: 1,
    compact: true,
    breakLength: Infinity,
    maxArrayLength: 3,
    maxStringLength: mostCharacters,
  });
}
