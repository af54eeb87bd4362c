import { orchError } from '../errors/orch-error.ts';
import type { Json } from '../json.ts';
import type { RunState } from '../run/state.ts';
import type { Schema, SchemaIssue } from '../schema.ts';
import type { RunInputs } from './scope.ts';

/** Shorter values stand in too many words that mean something else. */
const shortest = 4;

/** Keeps the values of secret inputs out of what is stored and shown. */
export interface SecretGuard {
  /** The text with `***` in place of each secret. */
  readonly hide: (text: string) => string;
  /** The name of a secret that the value holds, if it holds one. */
  readonly find: (value: Json) => string | undefined;
}

const nothingToHide: SecretGuard = { hide: (text) => text, find: () => undefined };

export function secretGuard(inputs: RunInputs, names: readonly string[]): SecretGuard {
  const values = names.flatMap((name) => textsIn(inputs[name]).map((text) => ({ name, text })));
  // The longest first: one may hold another.
  const known = values.filter(({ text }) => text.length >= shortest).sort((a, b) => b.text.length - a.text.length);
  if (known.length === 0) return nothingToHide;
  return {
    hide: (text) => known.reduce((hidden, secret) => hidden.replaceAll(secret.text, '***'), text),
    find(value) {
      const texts = textsIn(value, true);
      return known.find((secret) => texts.some((text) => text.includes(secret.text)))?.name;
    },
  };
}

/** The texts in a value, numbers as they are written; `keys`: those of objects too. */
function textsIn(value: Json | undefined, keys = false): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap((item) => textsIn(item, keys));
  return Object.entries(value).flatMap(([key, item]) => [...(keys ? [key] : []), ...textsIn(item as Json, keys)]);
}

/**
 * The inputs of a run that is taken up: those of its journal and the secret ones, which are handed in again. Throws
 * `ORCH_INPUT_SECRET_MISSING` and `ORCH_INPUT_INVALID`.
 */
export async function inputsOf(
  state: RunState,
  given: { readonly [name: string]: unknown } | undefined,
  schema: Schema | undefined,
): Promise<RunInputs> {
  const { inputs, secrets = [] } = state.created;
  if (secrets.length === 0) return inputs;
  const isGiven = (name: string): boolean =>
    given !== undefined && Object.hasOwn(given, name) && given[name] !== undefined;
  const missing = secrets.filter((name) => !isGiven(name));
  if (missing.length > 0) throw secretsMissing(state, missing);
  const handed = Object.fromEntries(secrets.map((name) => [name, given![name]]));
  const all = { ...inputs, ...handed };
  const checked = await schema?.['~standard'].validate(all);
  const issues = (checked?.issues ?? []).filter((issue) => secrets.includes(firstKey(issue)));
  if (issues.length > 0) throw secretsInvalid(state, issues);
  // What is stored was checked, and perhaps changed, when the run began: only the secrets are taken from the second check.
  const values = checked?.issues === undefined && checked !== undefined ? (checked.value as RunInputs) : all;
  return {
    ...inputs,
    ...(JSON.parse(JSON.stringify(Object.fromEntries(secrets.map((name) => [name, values[name]])))) as RunInputs),
  };
}

function firstKey({ path: [first] = [] }: SchemaIssue): string {
  return String(typeof first === 'object' ? first.key : first);
}

function secretsMissing(state: RunState, names: readonly string[]): Error {
  return orchError({
    code: 'ORCH_INPUT_SECRET_MISSING',
    message: `Run ${state.runId} needs its secret inputs again, which no journal holds: ${names.join(', ')}.`,
    hint: `Set ${names.map((name) => `ORCH_INPUT_${name.toUpperCase()}`).join(', ')}; in a script, hand them in as secrets. Nothing was started.`,
  });
}

/** Messages of issues may quote the value: only what is wrong where is said. */
function secretsInvalid(state: RunState, issues: readonly SchemaIssue[]): Error {
  return orchError({
    code: 'ORCH_INPUT_INVALID',
    message: `Run ${state.runId}: secret inputs do not fit: ${[...new Set(issues.map(firstKey))].join(', ')}.`,
    hint: 'Nothing was started.',
  });
}
