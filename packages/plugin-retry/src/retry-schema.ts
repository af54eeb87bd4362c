import { failureClasses, type DescribedSchema, type SchemaIssue } from '@orch/core/author';
import { storedMs, type StoredRetryPolicy } from './retry-policy.ts';

/** What one key may hold: how to tell, in words, and as JSON Schema. */
interface Field {
  readonly issues: (value: unknown) => readonly SchemaIssue[];
  readonly schema: object;
}

type Fields = Readonly<Record<string, Field>>;

function field(accepts: (value: unknown) => boolean, must: string, schema: object): Field {
  return { issues: (value) => (accepts(value) ? [] : [{ message: `must be ${must}` }]), schema };
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

const duration = field((value) => storedMs(value) !== undefined, 'a duration as in "5s", or a number of seconds', {
  anyOf: [
    { type: 'number', minimum: 0 },
    { type: 'string', pattern: String.raw`^\d+(\.\d+)?(ms|s|m|h|d)$` },
  ],
});
const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';
const text = field(isText, 'text', { type: 'string', minLength: 1 });
const isWords = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string') && value[0] !== '';

const filterFields: Fields = {
  classes: listOf(
    (item) => (failureClasses as readonly unknown[]).includes(item),
    `classes out of ${failureClasses.join(', ')}`,
    {
      enum: failureClasses,
    },
  ),
  exit_codes: listOf(
    (item) => Number.isSafeInteger(item) && (item as number) >= 0 && (item as number) <= 255,
    'exit codes from 0 to 255',
    {
      type: 'integer',
      minimum: 0,
      maximum: 255,
    },
  ),
  signals: listOf((item) => /^SIG[A-Z0-9]{2,10}$/.test(String(item)), 'signals as in "SIGKILL"', {
    type: 'string',
    pattern: '^SIG',
  }),
  pattern: {
    issues: (value) =>
      typeof value === 'string' ? patternIssues(value) : [{ message: 'must be a regular expression' }],
    schema: { type: 'string', format: 'regex' },
  },
};

const repairFields: Fields = {
  command: field(
    (value) => isText(value) || isWords(value),
    'text for a shell, or a list of a program and its arguments',
    {
      anyOf: [
        { type: 'string', minLength: 1 },
        { type: 'array', items: { type: 'string' }, minItems: 1 },
      ],
    },
  ),
  timeout: duration,
  stop_when_unchanged: text,
};

const policyFields: Fields = {
  max_attempts: field((value) => Number.isSafeInteger(value) && (value as number) >= 1, 'a whole number from 1 up', {
    type: 'integer',
    minimum: 1,
  }),
  backoff: oneOf('exponential', 'linear', 'fixed'),
  delay: duration,
  factor: field((value) => typeof value === 'number' && Number.isFinite(value) && value >= 1, 'a number from 1 up', {
    type: 'number',
    minimum: 1,
  }),
  max_delay: duration,
  jitter: oneOf('full', 'equal', 'none'),
  max_elapsed: duration,
  on: objectOf(filterFields, 'a filter of failures', []),
  not_on: objectOf(filterFields, 'a filter of failures', []),
  wait_until: text,
  repair: objectOf(repairFields, 'a repair', ['command']),
};

/** For the option `retry`. */
export const retrySchema: DescribedSchema<StoredRetryPolicy> = described(objectOf(policyFields, 'a retry policy', []));

/** For the option `retry_count`. */
export const retryCountSchema: DescribedSchema<number> = described(
  field((value) => Number.isSafeInteger(value) && (value as number) >= 0, 'a whole number from 0 up', {
    type: 'integer',
    minimum: 0,
  }),
);

function objectOf(fields: Fields, what: string, required: readonly string[]): Field {
  return {
    issues(value) {
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        return [{ message: 'must be an object' }];
      const issues: SchemaIssue[] = required
        .filter((key) => !Object.hasOwn(value, key))
        .map((key) => ({ message: `${key} is missing` }));
      for (const [key, item] of Object.entries(value)) {
        const known = Object.hasOwn(fields, key) ? fields[key] : undefined;
        if (known === undefined) issues.push({ message: `is no key of ${what}`, path: [key] });
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
