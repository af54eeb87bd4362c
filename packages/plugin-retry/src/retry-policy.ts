import { durationMs, type DescribedSchema, type Json, type SchemaIssue } from '@orch/core/author';
import type { Duration, PhaseOption } from '@orch/core';
import type { Backoff } from './backoff.ts';

export interface RetryPolicy {
  /** In all, the first one included; 1: no second try. */
  readonly maxAttempts: number;
  /** How the delay grows from failure to failure; default `exponential`. */
  readonly backoff?: 'exponential' | 'linear' | 'fixed';
  /** After the first failure; default `1s`. */
  readonly delay?: Duration;
  /** Default `60s`. */
  readonly maxDelay?: Duration;
  /** `full` (default): anything from nothing up to the delay, so that many phases do not try again at one moment. */
  readonly jitter?: 'full' | 'none';
}

/** A policy as it stands in a specification: the form that plan files will write. */
export interface StoredRetryPolicy {
  readonly max_attempts: number;
  readonly backoff?: 'exponential' | 'linear' | 'fixed';
  readonly delay?: string;
  readonly max_delay?: string;
  readonly jitter?: 'full' | 'none';
}

/** A policy with everything said. */
export interface FullPolicy extends Backoff {
  readonly maxAttempts: number;
}

/**
 * Tries a phase again when it fails.
 *
 * @example workflow('release').phase('test', { run: command('pnpm test'), options: [retry({ maxAttempts: 3 })] })
 */
export function retry(policy: RetryPolicy): PhaseOption {
  return { option: 'retry', value: storedPolicy(policy) as unknown as Json };
}

/** The same policy with the keys of plan files. Keys that are none stay, for the schema to refuse. */
export function storedPolicy({ maxAttempts, maxDelay, ...rest }: RetryPolicy): StoredRetryPolicy {
  return { max_attempts: maxAttempts, ...rest, ...(maxDelay === undefined ? {} : { max_delay: maxDelay }) };
}

export function fullPolicy(stored: StoredRetryPolicy, defaults: Partial<StoredRetryPolicy> = {}): FullPolicy {
  const { max_attempts, backoff, delay, max_delay, jitter } = { ...defaults, ...stored };
  return {
    maxAttempts: max_attempts,
    backoff: backoff ?? 'exponential',
    delayMs: durationMs(delay ?? '1s') ?? 0,
    maxDelayMs: durationMs(max_delay ?? '60s') ?? 0,
    jitter: jitter ?? 'full',
  };
}

const backoffs = ['exponential', 'linear', 'fixed'];
const jitters = ['full', 'none'];
const isDuration = (value: unknown): boolean => typeof value === 'string' && durationMs(value) !== undefined;

/** What each key of a policy may hold. */
const fields: Readonly<Record<string, { accepts: (value: unknown) => boolean; must: string; schema: object }>> = {
  max_attempts: {
    accepts: (value) => Number.isSafeInteger(value) && (value as number) >= 1,
    must: 'must be a whole number from 1 up',
    schema: { type: 'integer', minimum: 1 },
  },
  backoff: {
    accepts: (value) => backoffs.includes(value as string),
    must: 'must be "exponential", "linear" or "fixed"',
    schema: { enum: backoffs },
  },
  delay: { accepts: isDuration, must: 'must be a duration as in "5s"', schema: { type: 'string' } },
  max_delay: { accepts: isDuration, must: 'must be a duration as in "60s"', schema: { type: 'string' } },
  jitter: {
    accepts: (value) => jitters.includes(value as string),
    must: 'must be "full" or "none"',
    schema: { enum: jitters },
  },
};

/** For the option `retry`. */
export const retrySchema: DescribedSchema<StoredRetryPolicy> = {
  '~standard': {
    version: 1,
    vendor: 'orch',
    validate: (value) => {
      const issues = policyIssues(value);
      return issues.length > 0 ? { issues } : { value: value as StoredRetryPolicy };
    },
    jsonSchema: {
      input: () => ({
        type: 'object',
        properties: Object.fromEntries(Object.entries(fields).map(([key, { schema }]) => [key, schema])),
        required: ['max_attempts'],
        additionalProperties: false,
      }),
    },
  },
};

/** For the option `retry_count`. */
export const retryCountSchema: DescribedSchema<number> = {
  '~standard': {
    version: 1,
    vendor: 'orch',
    validate: (value) =>
      Number.isSafeInteger(value) && (value as number) >= 0
        ? { value: value as number }
        : { issues: [{ message: 'must be a whole number from 0 up' }] },
    jsonSchema: { input: () => ({ type: 'integer', minimum: 0 }) },
  },
};

function policyIssues(value: unknown): SchemaIssue[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [{ message: 'must be an object' }];
  const issues: SchemaIssue[] = [];
  if (!Object.hasOwn(value, 'max_attempts')) issues.push({ message: 'max_attempts is missing' });
  for (const [key, item] of Object.entries(value)) {
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (field === undefined) issues.push({ message: 'is no key of a retry policy', path: [key] });
    else if (!field.accepts(item)) issues.push({ message: field.must, path: [key] });
  }
  return issues;
}
