import { inspect, types } from 'node:util';
import { messageOf } from './errors/orch-error.ts';

const mostOfText = 60;
const mostInAll = 200;

/** Any value in a few words for a message, whatever it is. No code of it is called. */
export function show(value: unknown): string {
  if (types.isNativeError(value)) return `the error ${JSON.stringify(messageOf(value))}`;
  if (typeof value === 'string') return JSON.stringify(cut(value, mostOfText));
  const options = { customInspect: false, depth: 1, compact: true, breakLength: Infinity } as const;
  return cut(inspect(value, { ...options, maxArrayLength: 3, maxStringLength: mostOfText }), mostInAll);
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
