import {
  failureClasses,
  planDurationMs,
  planDurationSchema,
  type DescribedSchema,
  type SchemaIssue,
} from '@orch/core/author';
import { planAttempts, policyDefaults, type StoredRetryPolicy } from './retry-policy.ts';

/** What one key may hold: how to tell, in words, and as JSON Schema. */
interface Field {
  readonly issues: (value: unknown) => readonly SchemaIssue[];
  readonly schema: object;
}

/** What people are told of a key; a schema calls these annotations. */
interface About {
  readonly description: string;
  readonly default?: unknown;
  readonly examples: readonly [unknown];
}

type Fields = Readonly<Record<string, Field>>;

function field(accepts: (value: unknown) => boolean, must: string, schema: object): Field {
  return { issues: (value) => (accepts(value) ? [] : [{ message: `must be ${must}` }]), schema };
}

function about(annotations: About, { issues, schema }: Field): Field {
  return { issues, schema: { ...schema, ...annotations } };
}

function oneOf(...choices: readonly string[]): Field {
  const words = choices.map((choice) => `"${choice}"`);
  return field((value) => choices.includes(value as string), `${words.slice(0, -1).join(', ')} or ${words.at(-1)!}`, {
    enum: choices,
  });
}

function listOf(accepts: (item: unknown) => boolean, must: string, items: object): Field {
  return field(
    (value) => Array.isArray(value) && value.length > 0 && value.every(accepts),
    `a list of ${must}, at least one`,
    { type: 'array', items, minItems: 1 },
  );
}

const duration = field(
  (value) => planDurationMs(value) !== undefined,
  'a duration as in "5s", or a number of seconds',
  planDurationSchema(),
);
const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';
const text = field(isText, 'text', { type: 'string', minLength: 1 });
const isWords = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string') && value[0] !== '';

const filterFields: Fields = {
  classes: about(
    { description: 'Classes of failures.', examples: [['timeout', 'signal']] },
    listOf(
      (item) => (failureClasses as readonly unknown[]).includes(item),
      `classes out of ${failureClasses.join(', ')}`,
      { enum: failureClasses },
    ),
  ),
  exit_codes: about(
    { description: 'Exit codes of the command.', examples: [[75]] },
    listOf(
      (item) => Number.isSafeInteger(item) && (item as number) >= 0 && (item as number) <= 255,
      'exit codes from 0 to 255',
      { type: 'integer', minimum: 0, maximum: 255 },
    ),
  ),
  signals: about(
    { description: 'Signals that ended the command.', examples: [['SIGKILL']] },
    listOf((item) => /^SIG[A-Z0-9]{2,10}$/.test(String(item)), 'signals as in "SIGKILL"', {
      type: 'string',
      pattern: '^SIG',
    }),
  ),
  pattern: about(
    {
      description: 'A regular expression, looked for in the last 64 KiB that the attempt printed.',
      examples: ['no route to host'],
    },
    {
      issues: (value) =>
        typeof value === 'string' ? patternIssues(value) : [{ message: 'must be a regular expression' }],
      schema: { type: 'string', format: 'regex' },
    },
  ),
};

const repairFields: Fields = {
  command: about(
    { description: 'Runs before the next attempt, with what failed in `$ORCH_FAILED_…`.', examples: ['npm run fix'] },
    field((value) => isText(value) || isWords(value), 'text for a shell, or a list of a program and its arguments', {
      anyOf: [
        { type: 'string', minLength: 1 },
        { type: 'array', items: { type: 'string' }, minItems: 1 },
      ],
    }),
  ),
  timeout: about({ description: 'Of the repair.', examples: ['10m'] }, duration),
  stop_when_unchanged: about(
    {
      description:
        'A shell text that prints what the repair is to change; where it prints the same after it, the phase fails.',
      examples: ['git diff HEAD'],
    },
    text,
  ),
};

const filter = objectOf(filterFields, 'a filter of failures', []);

const policyFields: Fields = {
  max_attempts: about(
    {
      description: 'Attempts in all, the first one included.',
      default: policyDefaults.max_attempts,
      examples: [5],
    },
    field((value) => Number.isSafeInteger(value) && (value as number) >= 1, 'a whole number from 1 up', {
      type: 'integer',
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
    }),
  ),
  backoff: about(
    {
      description: 'How the delay grows from failure to failure.',
      default: policyDefaults.backoff,
      examples: ['linear'],
    },
    oneOf('exponential', 'linear', 'fixed'),
  ),
  delay: about(
    { description: 'After the first failure.', default: policyDefaults.delay, examples: ['500ms'] },
    duration,
  ),
  factor: about(
    { description: 'What an exponential delay is multiplied by.', default: policyDefaults.factor, examples: [1.5] },
    field((value) => typeof value === 'number' && Number.isFinite(value) && value >= 1, 'a number from 1 up', {
      type: 'number',
      minimum: 1,
    }),
  ),
  max_delay: about(
    { description: 'The longest delay.', default: policyDefaults.max_delay, examples: ['5m'] },
    duration,
  ),
  jitter: about(
    {
      description: 'How much of the delay is left to chance: all of it, half, none.',
      default: policyDefaults.jitter,
      examples: ['equal'],
    },
    oneOf('full', 'equal', 'none'),
  ),
  max_elapsed: about(
    { description: 'No attempt begins later than this after the first one did.', examples: ['1h'] },
    duration,
  ),
  on: about({ description: 'Only failures that fit are tried again.', examples: [{ exit_codes: [75] }] }, filter),
  not_on: about(
    { description: 'Failures that fit are not tried again; counts before `on`.', examples: [{ classes: ['timeout'] }] },
    filter,
  ),
  wait_until: about(
    {
      description: 'An expression over `output` and `exit_code` that tells until when to wait; charged as no attempt.',
      examples: ['output.reset'],
    },
    text,
  ),
  repair: about(
    { description: 'Work before the next attempt.', examples: [{ command: 'npm run fix' }] },
    objectOf(repairFields, 'a repair', ['command']),
  ),
};

/** For the option `retry`. */
export const retrySchema: DescribedSchema<StoredRetryPolicy> = described(
  about(
    { description: 'When and how often to try again. Not beside `retry_count`.', examples: [{ max_attempts: 5 }] },
    objectOf(policyFields, 'a retry policy', []),
  ),
);

/** For the option `retry_count`. */
export const retryCountSchema: DescribedSchema<number> = described(
  about(
    {
      description: 'Attempts in all; 0 and 1 both mean one. Not beside `retry`.',
      default: planAttempts,
      examples: [1],
    },
    field((value) => Number.isSafeInteger(value) && (value as number) >= 0, 'a whole number from 0 up', {
      type: 'integer',
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
    }),
  ),
);

function objectOf(fields: Fields, what: string, required: readonly string[]): Field {
  const keys = `there are ${Object.keys(fields).join(', ')}`;
  return {
    issues(value) {
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        return [{ message: 'must be an object' }];
      const issues: SchemaIssue[] = required
        .filter((key) => !Object.hasOwn(value, key))
        .map((key) => ({ message: `${key} is missing` }));
      for (const [key, item] of Object.entries(value)) {
        const known = Object.hasOwn(fields, key) ? fields[key] : undefined;
        if (known === undefined) issues.push({ message: `is no key of ${what}: ${keys}`, path: [key] });
        else for (const { message, path = [] } of known.issues(item)) issues.push({ message, path: [key, ...path] });
      }
      return issues;
    },
    schema: {
      type: 'object',
      properties: Object.fromEntries(Object.entries(fields).map(([key, { schema }]) => [key, schema])),
      ...(required.length === 0 ? {} : { required }),
      additionalProperties: false,
    },
  };
}

function described<T>({ issues, schema }: Field): DescribedSchema<T> {
  return {
    '~standard': {
      version: 1,
      vendor: 'orch',
      validate(value) {
        const found = issues(value);
        return found.length > 0 ? { issues: found } : { value: value as T };
      },
      jsonSchema: { input: () => schema as Record<string, unknown> },
    },
  };
}

function patternIssues(pattern: string): readonly SchemaIssue[] {
  try {
    // Only whether it can be made counts.
    void new RegExp(pattern, 'u');
    return [];
  } catch (error) {
    return [{ message: error instanceof Error ? error.message : String(error) }];
  }
}
