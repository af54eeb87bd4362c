import { messageOf } from './errors/orch-error.ts';
import type { Json } from './json.ts';

/**
 * A value as the journal gives it back: a `Date` is a text, and so on by `toJSON`. What JSON would lose without a word (NaN)
 * is a problem like what it refuses. The problem goes on a sentence: `is not JSON: found NaN at "much"`.
 */
export function storedForm(
  value: unknown,
): { readonly value: Json; readonly text: string } | { readonly problem: string } {
  try {
    const text = JSON.stringify(value, refuseSilentLoss) as string | undefined;
    return text === undefined
      ? { problem: `is not JSON: found a ${typeof value}` }
      : { value: JSON.parse(text) as Json, text };
  } catch (error) {
    return { problem: `is not JSON: ${firstLine(messageOf(error))}` };
  }
}

/** JSON.stringify makes `null` of these numbers, and `{}` of these objects: the type that readers see would lie. */
function refuseSilentLoss(key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`found ${value}${at(key)}`);
  if (typeof value === 'bigint') throw new TypeError(`found a BigInt${at(key)}`);
  if (value instanceof Map || value instanceof Set)
    throw new TypeError(`found a ${value instanceof Map ? 'Map' : 'Set'}${at(key)}`);
  return value;
}

function at(key: string): string {
  return key === '' ? '' : ` at ${JSON.stringify(key)}`;
}

/** A message about a circle goes on for lines. */
function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? '';
}
