/** How long to wait after a failure, in milliseconds where it is a time. */
export interface Backoff {
  readonly backoff: 'exponential' | 'linear' | 'fixed';
  readonly delayMs: number;
  /** What an exponential delay is multiplied by from failure to failure. */
  readonly factor: number;
  readonly maxDelayMs: number;
  readonly jitter: 'full' | 'equal' | 'none';
}

/** A number to a higher power is Infinity, and nothing times Infinity is no number. */
const maxExponent = 1_023;

/**
 * Milliseconds to wait before the next attempt.
 *
 * Exponential backoff with jitter, of the variants compared in Marc Brooker, "Exponential Backoff And Jitter", AWS
 * Architecture Blog, 4 March 2015: full, `random() * ceiling`, finishes contended work with the fewest calls; equal,
 * `ceiling / 2 + random() * ceiling / 2`, never waits less than half. The ceiling is `min(maxDelay, delay * factor ** n)`.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 *
 * @param failures failed attempts so far, the one just ended included: 1 for the first
 * @param random answers with a number from 0 up to, not including, 1
 */
export function backoffMs(policy: Backoff, failures: number, random: () => number): number {
  const ceiling = Math.min(policy.maxDelayMs, unboundedMs(policy, failures));
  switch (policy.jitter) {
    case 'none':
      return Math.round(ceiling);
    case 'equal':
      return Math.round(ceiling / 2 + (random() * ceiling) / 2);
    case 'full':
      return Math.round(random() * ceiling);
  }
}

function unboundedMs({ backoff, delayMs, factor }: Backoff, failures: number): number {
  switch (backoff) {
    case 'exponential': {
      const grown = factor ** Math.min(failures - 1, maxExponent);
      return delayMs === 0 ? 0 : delayMs * grown;
    }
    case 'linear':
      return delayMs * failures;
    case 'fixed':
      return delayMs;
  }
}
