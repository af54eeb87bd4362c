import type { ErrorCode } from '../errors/codes.ts';
import { orchError } from '../errors/orch-error.ts';
import { show } from '../show.ts';
import { didYouMean } from './did-you-mean.ts';
import { isPlain } from './invalid-workflow.ts';

/** What an option may be; the words go on "must be". */
export interface OptionKind {
  readonly words: string;
  readonly accepts: (value: unknown) => boolean;
  /** Whatever is handed in is not repeated in the error. */
  readonly isSecret?: true;
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
  | 'milliseconds'
  | 'object'
  | 'path'
  | 'secret'
  | 'secrets'
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
  milliseconds: {
    words: 'a number of milliseconds of at least 0',
    accepts: (value) => Number.isFinite(value) && (value as number) >= 0,
  },
  object: { words: 'an object', accepts: isPlain },
  path: {
    words: 'the path of a file or folder, as text',
    accepts: (value) => typeof value === 'string' && value !== '',
  },
  secret: { words: 'a text', accepts: (value) => typeof value === 'string', isSecret: true },
  secrets: { words: 'an object', accepts: isPlain, isSecret: true },
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
    if (!kind.accepts(value)) throw refused(mustBe(name, kind, value));
  }
}

function mustBe(name: string, { words, isSecret }: OptionKind, value: unknown): string {
  return `${name} must be ${words}${isSecret === true ? '' : `, not ${show(value)}`}.`;
}

/** The same for what a call takes beside its options. */
export function refuseValue(name: string, value: unknown, kind: OptionKind, hint: string): void {
  if (kind.accepts(value)) return;
  throw orchError({
    code: 'ORCH_OPTION_INVALID',
    message: mustBe(name, kind, value),
    hint,
  });
}
