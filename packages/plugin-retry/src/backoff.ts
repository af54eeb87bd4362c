/** How long to wait after a failure, in milliseconds where it is a time. */
export interface Backoff {
  readonly backoff: 'exponential' | 'linear' | 'fixed';
  readonly delayMs: number;
  readonly maxDelayMs: number;
  readonly jitter: 'full' | 'none';
}

/** 2 to a higher power is Infinity, and nothing times Infinity is no number. */
const maxExponent = 1_023;

/**
 * Milliseconds to wait before the next attempt.
 *
 * Exponential backoff with full jitter, `random() * min(maxDelay, delay * 2 ** n)`: of the variants compared in Marc
 * Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 4 March 2015, the one that finishes contended work
 * with the fewest calls. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 *
 * @param failures failed attempts so far, the one just ended included: 1 for the first
 * @param random answers with a number from 0 up to, not including, 1
 */
export function backoffMs(policy: Backoff, failures: number, random: () => number): number {
  const ceiling = Math.min(policy.maxDelayMs, unboundedMs(policy, failures));
  return Math.round(policy.jitter === 'none' ? ceiling : random() * ceiling);
}

function unboundedMs({ backoff, delayMs }: Backoff, failures: number): number {
  switch (backoff) {
    case 'exponential':
      return delayMs * 2 ** Math.min(failures - 1, maxExponent);
    case 'linear':
      return delayMs * failures;
    case 'fixed':
      return delayMs;
  }
}
