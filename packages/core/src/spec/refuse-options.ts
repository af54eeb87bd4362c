import type { ErrorCode } from '../errors/codes.ts';
import { orchError } from '../errors/orch-error.ts';
import { show } from '../show.ts';
import { didYouMean } from './did-you-mean.ts';
import { isPlain } from './invalid-workflow.ts';

/** What an option may be; the words go on "must be". */
export interface OptionKind {
  readonly words: string;
  readonly accepts: (value: unknown) => boolean;
}

const isFunction = (value: unknown): boolean => typeof value === 'function';
const has = (value: unknown, ...methods: readonly string[]): boolean =>
  typeof value === 'object' && value !== null && methods.every((name) => isFunction(Reflect.get(value, name)));

type KindName =
  | 'anything'
  | 'clock'
  | 'count'
  | 'function'
  | 'list'
  | 'log'
  | 'object'
  | 'signal'
  | 'text'
  | 'truth'
  | 'version';

export const optionKinds: Readonly<Record<KindName, OptionKind>> = {
  anything: { words: 'anything', accepts: () => true },
  clock: { words: 'a clock: now, monotonic and timer', accepts: (value) => has(value, 'now', 'monotonic', 'timer') },
  count: {
    words: 'a whole number of at least 1',
    accepts: (value) => Number.isSafeInteger(value) && (value as number) > 0,
  },
  function: { words: 'a function', accepts: isFunction },
  list: { words: 'a list', accepts: Array.isArray },
  log: { words: 'an object with the functions info and warn', accepts: (value) => has(value, 'info', 'warn') },
  object: { words: 'an object', accepts: isPlain },
  signal: { words: 'an AbortSignal', accepts: (value) => has(value, 'addEventListener', 'removeEventListener') },
  text: { words: 'a text', accepts: (value) => typeof value === 'string' },
  truth: { words: 'true or false', accepts: (value) => typeof value === 'boolean' },
  version: { words: 'a whole number', accepts: Number.isSafeInteger },
};

/** The options of a call, by name: one that is missing here could not be given. */
export type KnownOptions<Options> = Readonly<Record<keyof Options & string, OptionKind>>;

/**
 * Plain JavaScript hands in anything: what is misspelt would be ignored without a word. What is `undefined` was not given.
 * Throws with the code.
 */
export function refuseOptions<Options>(
  call: string,
  given: unknown,
  known: KnownOptions<Options>,
  code: ErrorCode = 'ORCH_OPTION_INVALID',
): void {
  const refused = (what: string, hint?: string): Error => orchError({ code, message: `${call}: ${what}`, hint });
  if (!isPlain(given)) throw refused(`its options must be an object, not ${show(given)}.`);
  const names = Object.keys(known);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const kind: OptionKind | undefined = Object.hasOwn(known, name) ? known[name as keyof typeof known] : undefined;
    if (kind === undefined) {
      const meant = didYouMean(name, names);
      const hint = meant === undefined ? `There are: ${names.join(', ')}.` : `Did you mean ${meant}?`;
      throw refused(`there is no option ${JSON.stringify(name)}.`, hint);
    }
    if (!kind.accepts(value)) throw refused(`${name} must be ${kind.words}, not ${show(value)}.`);
  }
}
