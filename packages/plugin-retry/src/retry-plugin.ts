import {
  messageOf,
  optionKinds,
  orchError,
  refuseOptions,
  type AttemptView,
  type Decision,
  type FailedView,
  type KnownOptions,
  type OptionKey,
  type Plugin,
  type PluginHost,
} from '@orch/core/author';
import { backoffMs } from './backoff.ts';
import { matches } from './matches.ts';
import { repairOf } from './repair.ts';
import {
  fullPolicy,
  planAttempts,
  storedPolicy,
  type FullPolicy,
  type RetryPolicy,
  type StoredRetryPolicy,
} from './retry-policy.ts';
import { retryCountSchema, retrySchema } from './retry-schema.ts';
import { timeOf } from './wait-until.ts';

export interface RetryPluginOptions {
  /** For phases that do not say otherwise. Without it a phase in TypeScript is tried once, one of a plan file three times. */
  readonly defaults?: RetryPolicy;
}

const knownOptions: KnownOptions<RetryPluginOptions> = { defaults: optionKinds.object };

/**
 * Carries out `retry({ … })` and a plan's `retry` and `retry_count`. Answers `onError` with the time of the next attempt
 * while there are attempts left; failures that another tap does not charge do not count. Of both options on one phase
 * `retry` counts.
 */
export function retryPlugin(options: RetryPluginOptions = {}): Plugin {
  refuseOptions('retryPlugin', options, knownOptions);
  const { defaults } = options;
  const stored = defaults === undefined ? undefined : checked(storedPolicy(defaults));
  return {
    name: '@orch/plugin-retry',
    contract: 1,
    apply(host) {
      const keys: Keys = {
        retry: host.phaseOption('retry', retrySchema, {
          notBeside: 'retry_count',
          expressions: ({ wait_until: source }) => (source === undefined ? [] : [{ path: ['wait_until'], source }]),
        }),
        count: host.phaseOption('retry_count', retryCountSchema, {
          notBeside: 'retry',
          planDefault: stored?.max_attempts ?? planAttempts,
        }),
      };
      host.hooks.onError.tap('retry', async (attempt): Promise<Decision | undefined> => {
        const policy = policyOf(attempt, keys, stored);
        return policy === undefined ? undefined : decide(policy, attempt, host);
      });
    },
  };
}

interface Keys {
  readonly retry: OptionKey<StoredRetryPolicy>;
  readonly count: OptionKey<number>;
}

type Now = Pick<PluginHost, 'now' | 'random' | 'log'>;

async function decide(policy: FullPolicy, attempt: FailedView, host: Now): Promise<Decision | undefined> {
  const until = timeToWaitFor(policy, attempt, host);
  if (until !== undefined) return waitFor(until, policy, attempt, host);
  const { error, tail } = attempt;
  if (policy.notOn !== undefined && (await matches(policy.notOn, error, tail))) return undefined;
  if (policy.on !== undefined && !(await matches(policy.on, error, tail))) return undefined;
  const failures = attempt.charged + 1;
  if (failures >= policy.maxAttempts) return undefined;
  const delayMs = backoffMs(policy, failures, host.random);
  const repair = policy.repair === undefined ? {} : { repair: repairOf(policy.repair) };
  return pastElapsed(policy, attempt, delayMs) ?? { retryAt: host.now() + delayMs, ...repair };
}

const limited = { charge: false, class: 'rate-limited' } as const;

/** Orch may have been dead until the time was past: then the next attempt comes at once, but for a delay. */
function waitFor(until: number, policy: FullPolicy, attempt: FailedView, { now, random }: Now): Decision {
  const again: Decision =
    until > now() ? { until, ...limited } : { retryAt: now() + backoffMs(policy, 1, random), ...limited };
  return pastElapsed(policy, attempt, until - now()) ?? again;
}

/**
 * The time that the failed attempt told. One that was past when the attempt began is none, and an expression that finds
 * nothing to read tells none.
 */
function timeToWaitFor(
  { waitUntil }: FullPolicy,
  { evaluate, phase, startedAt }: FailedView,
  { log }: Now,
): number | undefined {
  if (waitUntil === undefined) return undefined;
  try {
    const until = timeOf(evaluate(waitUntil));
    return until !== undefined && until > startedAt ? until : undefined;
  } catch (error) {
    log.info(`phase ${JSON.stringify(phase)}: wait_until tells no time: ${messageOf(error)}`);
    return undefined;
  }
}

function pastElapsed({ maxElapsedMs }: FullPolicy, { elapsedMs }: FailedView, delayMs: number): Decision | undefined {
  if (maxElapsedMs === undefined || elapsedMs + delayMs <= maxElapsedMs) return undefined;
  return {
    fail: true,
    note: `There is no next attempt: it would begin later than ${maxElapsedMs / 1_000} s after the first.`,
  };
}

function policyOf(attempt: AttemptView, keys: Keys, defaults: StoredRetryPolicy | undefined): FullPolicy | undefined {
  const own = attempt.option(keys.retry);
  if (own !== undefined) return fullPolicy(own, defaults);
  const count = attempt.option(keys.count);
  if (count !== undefined) return fullPolicy({ ...defaults, max_attempts: count });
  return defaults === undefined ? undefined : fullPolicy(defaults);
}

function checked(policy: StoredRetryPolicy): StoredRetryPolicy {
  const result = retrySchema['~standard'].validate(policy);
  if (!('issues' in result) || result.issues === undefined) return policy;
  const problems = result.issues.map(({ message, path = [] }) => [...path.map(String), message].join(' '));
  throw orchError({
    code: 'ORCH_PLUGIN_INVALID',
    message: `retryPlugin: defaults: ${problems.join('; ')}.`,
    hint: "As in retryPlugin({ defaults: { maxAttempts: 3, delay: '5s' } }).",
  });
}
