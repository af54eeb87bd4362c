import { orchError } from '../errors/orch-error.ts';
import type { Json } from '../json.ts';
import type { Checked, DescribedSchema, SchemaIssue } from '../schema.ts';
import { inQuotesHint } from './plan-keys.ts';
import { quote } from './quote.ts';

/** What the loaded plugins can carry out: who owns which key of a phase, and which kinds of work there are. */
export interface PhaseKeys {
  readonly options: ReadonlyMap<string, OwnedKey>;
  /** Kinds that have an executor. In a plan file the option of the same name says that a phase is of the kind. */
  readonly kinds: ReadonlySet<string>;
}

export interface OwnedKey {
  /** Name of the plugin. */
  readonly owner: string;
  readonly schema: DescribedSchema<unknown>;
  /** What a phase of a plan file has that leaves the key out. */
  readonly planDefault?: Json;
  /** Whether plan files may use it. */
  readonly inPlans: boolean;
  /** A key that a phase can't have as well. */
  readonly notBeside?: string;
  /** Whether `${{ … }}` in the texts of a value is expanded. */
  readonly templates?: (value: Json) => boolean;
  /** Whether secret inputs may be expanded in it. */
  readonly secrets?: boolean;
  /** The expressions in a value that its plugin has evaluated. */
  readonly expressions?: (value: Json) => readonly ExpressionPlace[];
}

/** An expression in the value of an option. */
export interface ExpressionPlace {
  readonly path: readonly (string | number)[];
  readonly source: string;
}

/** Plugins of this repository by the keys and kinds that they own: a plugin that is not loaded can be named. */
const wellKnown: ReadonlyMap<string, string> = new Map([
  ...['command', 'env', 'cwd', 'shell', 'idle_timeout', 'grace', 'leave_running', 'on_orphan'].map(
    (key) => [key, '@orch/plugin-command'] as const,
  ),
  ...['retry', 'retry_count'].map((key) => [key, '@orch/plugin-retry'] as const),
]);

/** The package that owns a key or kind, if it is one of this repository. */
export function wellKnownOwner(key: string): string | undefined {
  return wellKnown.get(key);
}

/** What a plugin's schema has against a value. A schema that throws or is asynchronous is the plugin's mistake. */
export function optionIssues(key: string, owned: OwnedKey, value: unknown): readonly SchemaIssue[] {
  return checkOption(key, owned, value).issues ?? [];
}

/** A value as its plugin's schema gives it back, defaults and transformations included; unchecked where nobody owns the key. */
export function optionValue({ options }: PhaseKeys, key: string, stored: Json | undefined): unknown {
  const owned = options.get(key);
  if (owned === undefined || stored === undefined) return stored;
  const checked = checkOption(key, owned, stored);
  return checked.issues === undefined ? checked.value : stored;
}

function checkOption(key: string, { owner, schema }: OwnedKey, value: unknown): Checked<unknown> {
  let checked;
  try {
    checked = schema['~standard'].validate(value);
  } catch (cause) {
    throw orchError({
      code: 'ORCH_PLUGIN_INVALID',
      message: `Plugin ${owner}: the schema of ${key} threw.`,
      cause,
    });
  }
  if (!(checked instanceof Promise)) return checked;
  // Its rejection would otherwise end the process.
  checked.catch(() => undefined);
  throw orchError({
    code: 'ORCH_PLUGIN_INVALID',
    message: `Plugin ${owner}: the schema of ${key} is asynchronous.`,
    hint: 'Values of phases are checked at once: use a schema without asynchronous parts.',
  });
}

/** How messages call the place of an issue, as in `env.PATH`. Keys inside of values may be any text. */
export function issueLabel(key: string, issue: SchemaIssue): string {
  const parts = issuePath(issue).map((it) => (/^[\w-]{1,80}$/.test(String(it)) ? it : quote(String(it))));
  return [key, ...parts].join('.');
}

/** What to do about an issue: only the plugin knows what it takes, unless a number is where it wants text. */
export function issueHint({ owner }: OwnedKey, issue: SchemaIssue, value: unknown): string {
  let found = value;
  for (const step of issuePath(issue)) found = (found as { readonly [step: string]: unknown } | undefined)?.[step];
  const isBare = typeof found === 'number' || typeof found === 'boolean';
  return isBare && /^must be text\b/.test(issue.message) ? inQuotesHint : `The README of ${owner} says what it takes.`;
}

/** Where, and what. */
export function describeIssue(issue: SchemaIssue): string {
  const where = issuePath(issue).join('.');
  return where === '' ? issue.message : `${where}: ${issue.message}`;
}

/** Where in a value an issue is. */
export function issuePath({ path = [] }: SchemaIssue): readonly (string | number)[] {
  return path.map((part) => {
    const key = typeof part === 'object' ? part.key : part;
    return typeof key === 'symbol' ? String(key) : key;
  });
}
