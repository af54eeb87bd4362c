import { isError, isOrchError, messageOf } from '../errors/orch-error.ts';
import type { Outcome } from './executor.ts';

/** Messages stand in the journal and on the screen. */
const maxCharacters = 4_000;
const maxCauses = 3;

/** The outcome of a function that threw. Takes anything: JavaScript throws anything, also what throws when it is looked at. */
export function failedWith(thrown: unknown): Outcome {
  const isOwn = isOrchError(thrown);
  const place = isOwn ? undefined : placeOf(thrown);
  return {
    status: 'failed',
    class: 'unknown',
    error: {
      code: isOwn ? thrown.code : 'ORCH_PHASE_THROWN',
      message: `${say(thrown)}${place === undefined ? '' : ` (at ${place})`}`,
      ...(isOwn && thrown.hint !== undefined ? { hint: thrown.hint } : {}),
    },
  };
}

function say(thrown: unknown): string {
  const words: string[] = [];
  let next = thrown;
  do {
    words.push(wordsOf(next));
    next = isError(next) ? fieldOf(next, 'cause') : undefined;
  } while (next !== undefined && words.length < maxCauses);
  const said = words.join(': caused by ');
  return said.length > maxCharacters ? `${said.slice(0, maxCharacters)}…` : said;
}

function wordsOf(thrown: unknown): string {
  const message = fieldOf(thrown, 'message');
  if (typeof message === 'string' && message !== '') return message;
  const name = isError(thrown) ? fieldOf(thrown, 'name') : undefined;
  return typeof name === 'string' ? name : messageOf(thrown);
}

/** `undefined` where it has none, or its getter throws. */
function fieldOf(thrown: unknown, name: 'cause' | 'message' | 'name' | 'stack'): unknown {
  try {
    return (thrown as Partial<Record<typeof name, unknown>>)[name];
  } catch {
    return undefined;
  }
}

/** Where in the user's own code it was thrown, as `file:line:column`. */
function placeOf(thrown: unknown): string | undefined {
  const stack = isError(thrown) ? fieldOf(thrown, 'stack') : undefined;
  if (typeof stack !== 'string') return undefined;
  for (const line of stack.split('\n')) {
    const [, place] = /^\s+at (?:.* \()?(.+:\d+:\d+)\)?$/.exec(line) ?? [];
    if (place !== undefined && !/^node:|[/\\]node_modules[/\\]/.test(place)) return place.replace(/^file:\/\//, '');
  }
  return undefined;
}
