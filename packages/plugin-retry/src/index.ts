export { backoffMs } from './backoff.ts';
export type { Backoff } from './backoff.ts';
export { matches } from './matches.ts';
export { retryPlugin } from './retry-plugin.ts';
export type { RetryPluginOptions } from './retry-plugin.ts';
export { planAttempts, retry } from './retry-policy.ts';
export type {
  FailureFilter,
  RepairPolicy,
  RetryPolicy,
  StoredFilter,
  StoredRepair,
  StoredRetryPolicy,
} from './retry-policy.ts';
export { timeOf } from './wait-until.ts';
