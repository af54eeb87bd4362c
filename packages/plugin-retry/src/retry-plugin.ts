import { orchError, type AttemptView, type Decision, type OptionKey, type Plugin } from '@orch/core/author';
import { backoffMs } from './backoff.ts';
import {
  fullPolicy,
  retryCountSchema,
  retrySchema,
  storedPolicy,
  type FullPolicy,
  type RetryPolicy,
  type StoredRetryPolicy,
} from './retry-policy.ts';

export interface RetryPluginOptions {
  /** For phases that do not say otherwise. Without it a phase in TypeScript is tried once, one of a plan file three times. */
  readonly defaults?: RetryPolicy;
}

/** Attempts of a phase of a plan file that does not say: the founding specification's 3. */
const planAttempts = 3;

/**
 * Carries out `retry({ … })` and a plan's `retry_count`. Answers `onError` with the time of the next attempt while there
 * are attempts left; failures that another tap does not charge do not count. Of both options on one phase `retry` counts.
 */
export function retryPlugin({ defaults }: RetryPluginOptions = {}): Plugin {
  const stored = defaults === undefined ? undefined : checked(storedPolicy(defaults));
  return {
    name: '@orch/plugin-retry',
    contract: 1,
    apply(host) {
      const keys: Keys = {
        retry: host.phaseOption('retry', retrySchema, { inPlans: false }),
        count: host.phaseOption('retry_count', retryCountSchema, { planDefault: stored?.max_attempts ?? planAttempts }),
      };
      host.hooks.onError.tap('retry', (attempt): Decision | undefined => {
        const policy = policyOf(attempt, keys, stored);
        const failures = attempt.charged + 1;
        if (policy === undefined || failures >= policy.maxAttempts) return undefined;
        return { retryAt: host.now() + backoffMs(policy, failures, host.random) };
      });
    },
  };
}

interface Keys {
  readonly retry: OptionKey<StoredRetryPolicy>;
  readonly count: OptionKey<number>;
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
