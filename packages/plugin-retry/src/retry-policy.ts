import { optionKinds, planDurationMs, refuseValue, type FailureClass, type Json } from '@orch/core/author';
import type { Duration, PhaseOption } from '@orch/core';
import type { Backoff } from './backoff.ts';

/** Which failures. One that fits any of the lists is meant. */
export interface FailureFilter {
  readonly classes?: readonly FailureClass[];
  /** Exit codes of commands. */
  readonly exitCodes?: readonly number[];
  /** As in `SIGKILL`. */
  readonly signals?: readonly string[];
  /** A regular expression of JavaScript, looked for in the end of what the attempt printed (64 KiB). */
  readonly pattern?: string;
}

/** Work that is done before the next attempt, itself an attempt: a command. */
export interface RepairPolicy {
  /** A text for a shell, or a list of a program and its arguments. */
  readonly command: string | readonly [string, ...string[]];
  /** Default: none. */
  readonly timeout?: Duration;
  /**
   * A shell text that prints what the repair is to change, as in `git diff HEAD`. Printed before and after: where it is
   * the same, nothing was changed, and there is no next attempt.
   */
  readonly stopWhenUnchanged?: string;
}

export interface RetryPolicy {
  /** In all, the first one included; 1: no second try. */
  readonly maxAttempts: number;
  /** How the delay grows from failure to failure; default `exponential`. */
  readonly backoff?: 'exponential' | 'linear' | 'fixed';
  /** After the first failure; default `1s`. */
  readonly delay?: Duration;
  /** What an exponential delay is multiplied by; default 2. */
  readonly factor?: number;
  /** Default `60s`. */
  readonly maxDelay?: Duration;
  /** `full` (default): anything from nothing up to the delay, so that many phases do not try again at one moment. */
  readonly jitter?: 'full' | 'equal' | 'none';
  /** No attempt begins later than this after the first one did; default: no limit. */
  readonly maxElapsed?: Duration;
  /** Only these failures are tried again; default: all. */
  readonly on?: FailureFilter;
  /** These are not; counts before `on`. */
  readonly notOn?: FailureFilter;
  /**
   * An expression over `output` and `exit_code` that tells until when to wait, as a rate limit does: RFC 3339 text or seconds
   * since 1970. Without such a time, or with one that is past, the failure is like any other. Such a wait is charged as no
   * attempt, and needs an orchestrator with a `language`.
   */
  readonly waitUntil?: string;
  readonly repair?: RepairPolicy;
}

/** A filter as it stands in a specification. */
export interface StoredFilter {
  readonly classes?: readonly FailureClass[];
  readonly exit_codes?: readonly number[];
  readonly signals?: readonly string[];
  readonly pattern?: string;
}

/** Text with a unit, or in plan files a number of seconds. */
type StoredDuration = string | number;

/** A policy as it stands in a specification: the form that plan files write. */
export interface StoredRetryPolicy {
  readonly max_attempts?: number;
  readonly backoff?: Backoff['backoff'];
  readonly delay?: StoredDuration;
  readonly factor?: number;
  readonly max_delay?: StoredDuration;
  readonly jitter?: Backoff['jitter'];
  readonly max_elapsed?: StoredDuration;
  readonly on?: StoredFilter;
  readonly not_on?: StoredFilter;
  readonly wait_until?: string;
  readonly repair?: StoredRepair;
}

export interface StoredRepair {
  readonly command: string | readonly [string, ...string[]];
  readonly timeout?: StoredDuration;
  readonly stop_when_unchanged?: string;
}

/** A policy with everything said. */
export interface FullPolicy extends Backoff {
  readonly maxAttempts: number;
  readonly maxElapsedMs: number | undefined;
  readonly on: StoredFilter | undefined;
  readonly notOn: StoredFilter | undefined;
  readonly waitUntil: string | undefined;
  readonly repair: StoredRepair | undefined;
}

/**
 * Tries a phase again when it fails.
 *
 * @example workflow('release').phase('test', { run: command('pnpm test'), options: [retry({ maxAttempts: 3 })] })
 */
export function retry(policy: RetryPolicy): PhaseOption {
  refuseValue('retry: the policy', policy, optionKinds.object, 'As in retry({ maxAttempts: 3 }).');
  return { option: 'retry', value: storedPolicy(policy) as unknown as Json };
}

/** How keys are called in plan files. */
const storedNames: Readonly<Record<string, string>> = {
  maxAttempts: 'max_attempts',
  maxDelay: 'max_delay',
  maxElapsed: 'max_elapsed',
  notOn: 'not_on',
  waitUntil: 'wait_until',
  exitCodes: 'exit_codes',
  stopWhenUnchanged: 'stop_when_unchanged',
};

/** The same policy with the keys of plan files. Keys that are none stay, for the schema to refuse. */
export function storedPolicy(policy: RetryPolicy): StoredRetryPolicy {
  return renamed(policy) as StoredRetryPolicy;
}

function renamed(value: object): object {
  const isPlain = (item: unknown): item is object => typeof item === 'object' && item !== null && !Array.isArray(item);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]: [string, unknown]) =>
      item === undefined ? [] : [[storedNames[key] ?? key, isPlain(item) ? renamed(item) : item]],
    ),
  );
}

/** Attempts of a phase of a plan file that does not say: the founding specification's 3. */
export const planAttempts = 3;

type Said = 'max_attempts' | 'backoff' | 'delay' | 'factor' | 'max_delay' | 'jitter';

/** What a policy is that does not say. */
export const policyDefaults: Required<Pick<StoredRetryPolicy, Said>> = {
  max_attempts: planAttempts,
  backoff: 'exponential',
  delay: '1s',
  factor: 2,
  max_delay: '60s',
  jitter: 'full',
};

export function fullPolicy(stored: StoredRetryPolicy, defaults: StoredRetryPolicy = {}): FullPolicy {
  const policy = { ...policyDefaults, ...defaults, ...stored };
  return {
    maxAttempts: policy.max_attempts,
    backoff: policy.backoff,
    delayMs: planDurationMs(policy.delay) ?? 0,
    factor: policy.factor,
    maxDelayMs: planDurationMs(policy.max_delay) ?? 0,
    jitter: policy.jitter,
    maxElapsedMs: policy.max_elapsed === undefined ? undefined : planDurationMs(policy.max_elapsed),
    on: policy.on,
    notOn: policy.not_on,
    waitUntil: policy.wait_until,
    repair: policy.repair,
  };
}
