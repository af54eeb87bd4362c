import { planDurationMs, planDurationSchema } from '../duration.ts';
import { describe } from './quote.ts';
import { workflowIdPattern } from './workflow-spec.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * A key of plan files that core owns. The parser is driven by these tables, and so are its messages, the docs and the JSON
 * Schema of plans.
 */
export interface PlanKey {
  readonly key: string;
  /** Completes "must be …". */
  readonly type: string;
  /** As it is written in a plan; absent: none. */
  readonly default?: string;
  readonly meaning: string;
  readonly required?: true;
  /** A value as it is written in a plan. */
  readonly example?: string;
  /** Absent: this release does not carry the key out, and refuses it. */
  readonly accepts?: (value: unknown) => boolean;
  /** What it accepts, for editors. */
  readonly schema?: JsonSchema;
}

const wholeNumberFrom1 = {
  type: 'a whole number from 1 up',
  example: '4',
  accepts: (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1,
  schema: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
};
const timeout = {
  type: 'a number of seconds above 0, or a duration as in "90s", "5m", "2h"',
  example: '"5m"',
  accepts: (value: unknown): boolean => (planDurationMs(value) ?? 0) > 0,
  schema: planDurationSchema({ aboveZero: true }),
};
const maxExpressionLength = 4_096;
const expression = {
  type: `an expression of 1 to ${maxExpressionLength} characters`,
  accepts: (value: unknown): boolean =>
    typeof value === 'string' && value.trim() !== '' && value.length <= maxExpressionLength,
  schema: { type: 'string', pattern: String.raw`\S`, maxLength: maxExpressionLength },
};
export const text = {
  type: 'text',
  accepts: (value: unknown): boolean => typeof value === 'string',
  schema: { type: 'string' },
};
export const truth = {
  type: 'true or false',
  accepts: (value: unknown): boolean => typeof value === 'boolean',
  schema: { type: 'boolean' },
};
const isList = (value: unknown): boolean => Array.isArray(value);
const afterWhich: readonly unknown[] = ['completed', 'failed', 'always'];
/** What has a definition of its own in the schema. */
const definition = (name: string): JsonSchema => ({ $ref: `#/$defs/${name}` });

/** A phase as it is written in a plan. */
export const phaseExample = '{"name": "build", "command": "make"}';

/** Phases of one workflow. */
export const maxPhases = 1_000_000;

/** Names of inputs are names of variables as well: `$ORCH_INPUT_<NAME>`. */
export const inputNamePattern: RegExp = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** Where state may live: a kind of backend, or a name that `orch.config` gives one. */
const stateBackendPattern = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/;

/** The keys of a plan. */
export const workflowKeys: ReadonlyMap<string, PlanKey> = tableOf([
  {
    key: 'workflow_id',
    type: 'an id of 1 to 64 characters out of A-Z a-z 0-9 . _ - that begins with a letter or digit',
    meaning: 'Names the workflow.',
    required: true,
    example: '"nightly-build"',
    accepts: (value) => typeof value === 'string' && workflowIdPattern.test(value),
    schema: { type: 'string', pattern: workflowIdPattern.source },
  },
  {
    key: 'description',
    ...text,
    meaning: 'What the workflow is for.',
    example: '"builds the site"',
  },
  {
    key: 'state_backend',
    type: '"json", "sqlite", "redis" or the name of a configured backend',
    default: '"json"',
    meaning: 'Where the journal lives.',
    example: '"json"',
    accepts: (value) => typeof value === 'string' && stateBackendPattern.test(value),
    schema: { anyOf: [{ enum: ['json', 'sqlite', 'redis'] }, { type: 'string', pattern: stateBackendPattern.source }] },
  },
  { key: 'checkpoint_interval', ...wholeNumberFrom1, default: '1', meaning: 'Phase completions per forced flush.' },
  {
    key: 'concurrency',
    ...wholeNumberFrom1,
    default: 'the number of CPUs; 1 when no phase has depends_on',
    meaning: 'Phases at once; among ready ones file order decides.',
  },
  { key: 'timeout', ...timeout, meaning: 'Of the whole run, in wall time.' },
  {
    key: 'defaults',
    type: 'an object with keys of a phase',
    meaning: 'Applied to every phase.',
    example: '{"timeout": "5m"}',
    accepts: isObject,
    schema: definition('defaults'),
  },
  {
    key: 'phases',
    type: 'a list with at least one phase',
    meaning: 'What to do.',
    required: true,
    example: `[${phaseExample}]`,
    accepts: isList,
    schema: { type: 'array', items: definition('phase'), minItems: 1, maxItems: maxPhases },
  },
  {
    key: 'inputs',
    type: 'an object of inputs by name',
    meaning: 'Parameters of a run, checked before anything starts.',
    example: '{"version": {"type": "string"}}',
    accepts: isObject,
    schema: {
      type: 'object',
      propertyNames: { pattern: inputNamePattern.source },
      additionalProperties: definition('input'),
    },
  },
  { key: 'lock', type: 'text', meaning: 'One live run a key.' },
]);

/** The keys of a phase that core owns; all others are plugins'. */
export const phaseKeys: ReadonlyMap<string, PlanKey> = tableOf([
  {
    key: 'name',
    ...text,
    meaning: 'Any text of 1 to 200 characters without control characters, unique in the plan.',
    required: true,
    example: '"build"',
    schema: { type: 'string', minLength: 1, maxLength: 200 },
  },
  { key: 'timeout', ...timeout, default: '300', meaning: 'Of one attempt.' },
  {
    key: 'depends_on',
    type: 'a list of phase names',
    default: '[]',
    meaning: 'Phases that must be completed first.',
    example: '["build"]',
    accepts: isList,
    schema: { type: 'array', items: { type: 'string' }, uniqueItems: true },
  },
  {
    key: 'checkpoint',
    ...truth,
    default: 'true',
    meaning: 'Recovery point before the phase.',
    example: 'false',
  },
  {
    key: 'if',
    ...expression,
    meaning: 'Runs the phase only where it holds; its dependents run all the same, without its output.',
    example: '"inputs.deploy"',
  },
  {
    key: 'after',
    type: '"completed", "failed" or "always"',
    default: '"completed"',
    meaning: 'State that its dependencies must end in: "failed" is a handler, "always" a clean-up.',
    example: '"always"',
    accepts: (value) => afterWhich.includes(value),
    schema: { enum: afterWhich },
  },
  {
    key: 'continue_on_failure',
    ...truth,
    default: 'false',
    meaning: 'Its failure is recorded, but stops neither its dependents nor the run.',
    example: 'true',
  },
  {
    key: 'output',
    type: 'an object with from ("file", "stdout" or "stdout-last-line") and schema',
    meaning: 'Where its structured output stands and what it must look like; missing or misfit: failed.',
    example: '{"from": "stdout"}',
    accepts: isObject,
    schema: definition('output'),
  },
  {
    key: 'fail_when',
    ...expression,
    meaning: 'What counts as a failure though the command ended; one that reads exit_code judges that, too.',
    example: '"output.failures > 0"',
  },
  { key: 'approval', type: 'true or an object', meaning: 'Waits for a person.' },
  { key: 'for_each', type: 'an expression', meaning: 'One instance for each item.' },
  { key: 'max_parallel', type: 'a whole number from 1 up', meaning: 'Instances at once.' },
  { key: 'retry', type: 'an object', meaning: 'When and how often to try again.' },
]);

/** Keys of a phase that `defaults` may hold; those of plugins too, but for the kinds of work. */
export const defaultsKeys: ReadonlySet<string> = new Set(['timeout', 'checkpoint', 'continue_on_failure']);

/** Milliseconds of `timeout` where a phase of a plan file does not say: the founding specification's 300 s. */
export const planTimeoutMs = 300_000;

/** Keys that mean nothing to orch, on every level. */
export function isIgnoredKey(key: string): boolean {
  return key === '$schema' || key === '$comment' || key.startsWith('x_');
}

/** What to write instead of a value that a key does not accept. */
export function valueHint({ key, accepts, example }: PlanKey, value: unknown): string {
  const right = `As in ${describe(key)}: ${example}.`;
  if (typeof value === 'number' || typeof value === 'boolean')
    return accepts?.(String(value)) === true ? inQuotesHint : right;
  if (typeof value !== 'string') return right;
  if (key === 'depends_on') return `Write [${describe(value)}].`;
  if (key === 'workflow_id') return 'Blanks, slashes and quotes are fine in names of phases, not in the id.';
  const truth = otherTruths.get(value.toLowerCase());
  if (truth !== undefined && accepts?.(truth) === true) return `Write ${String(truth)}, without quotes.`;
  const bare = value.trim() === '' ? undefined : Number(value);
  return bare !== undefined && accepts?.(bare) === true ? `Write ${String(bare)}, without quotes.` : right;
}

/** What to do with a number where text is meant: YAML takes one for the other. */
export const inQuotesHint = 'Put it in quotes.';

/** How people and older readers of YAML write true and false. */
const otherTruths: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'yes', 'on'].map((word) => [word, true] as const),
  ...['false', 'no', 'off'].map((word) => [word, false] as const),
]);

export function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function tableOf(keys: readonly PlanKey[]): ReadonlyMap<string, PlanKey> {
  return new Map(keys.map((it) => [it.key, it]));
}
