import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backoffMs, type Backoff } from '@orch/plugin-retry';

/** The most that may be waited, found by repeated doubling and adding, as the article's prose has it. */
function naiveCeiling({ backoff, delayMs, factor, maxDelayMs }: Backoff, failures: number): number {
  let delay = delayMs;
  for (let again = 1; again < failures && delay < maxDelayMs; again++) {
    if (backoff === 'exponential') delay *= factor;
    if (backoff === 'linear') delay += delayMs;
    if (delay === 0 || backoff === 'fixed' || (backoff === 'exponential' && factor === 1)) break;
  }
  return Math.min(delay, maxDelayMs);
}

const policies = fc.record({
  backoff: fc.constantFrom('exponential' as const, 'linear' as const, 'fixed' as const),
  delayMs: fc.integer({ min: 0, max: 100_000 }),
  factor: fc.constantFrom(1, 2, 3, 1.5),
  maxDelayMs: fc.integer({ min: 0, max: 1_000_000 }),
  jitter: fc.constantFrom('full' as const, 'equal' as const, 'none' as const),
});
const failures = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 1_000_000 }));
const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('backoff', () => {
  test('is the naive reference, times the random number', () => {
    fc.assert(
      fc.property(policies, failures, randoms, (policy, failed, random) => {
        const ceiling = naiveCeiling(policy, failed);
        const share = { none: 1, full: random, equal: 0.5 + random / 2 }[policy.jitter];
        // Powers and repeated products differ in their last bits.
        expect(Math.abs(backoffMs(policy, failed, () => random) - share * ceiling)).toBeLessThanOrEqual(0.51);
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });
  test('never passes the longest delay, is a whole number, and grows with the failures', () => {
    fc.assert(
      fc.property(policies, failures, randoms, (policy, failed, random) => {
        const wait = backoffMs(policy, failed, () => random);
        expect(Number.isSafeInteger(wait) && wait >= 0 && wait <= policy.maxDelayMs).toBe(true);
        expect(backoffMs(policy, failed + 1, () => random)).toBeGreaterThanOrEqual(wait);
      }),
      { seed: 2, numRuns: 2_000 },
    );
  });
  test.each<[Partial<Backoff>, number[]]>([
    [{}, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]],
    [{ factor: 3 }, [1_000, 3_000, 9_000, 27_000, 60_000]],
    [{ backoff: 'linear' }, [1_000, 2_000, 3_000, 4_000]],
    [{ backoff: 'fixed' }, [1_000, 1_000, 1_000]],
    [{ delayMs: 0 }, [0, 0]],
    [{ delayMs: 90_000 }, [60_000]],
  ])('%j', (more, waits) => {
    const common = { backoff: 'exponential', delayMs: 1_000, factor: 2, maxDelayMs: 60_000, jitter: 'none' } as const;
    const policy: Backoff = { ...common, ...more };
    expect(waits.map((_, at) => backoffMs(policy, at + 1, () => 0.5))).toEqual(waits);
    expect(waits.map((_, at) => backoffMs({ ...policy, jitter: 'full' }, at + 1, () => 0.5))).toEqual(
      waits.map((it) => it / 2),
    );
    expect(waits.map((_, at) => backoffMs({ ...policy, jitter: 'equal' }, at + 1, () => 0.5))).toEqual(
      waits.map((it) => it * 0.75),
    );
  });
});
