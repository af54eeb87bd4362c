export { backoffMs } from './backoff.ts';
export type { Backoff } from './backoff.ts';
export { retryPlugin } from './retry-plugin.ts';
export type { RetryPluginOptions } from './retry-plugin.ts';
export { retry } from './retry-policy.ts';
export type { RetryPolicy } from './retry-policy.ts';
