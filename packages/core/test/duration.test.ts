import { describe, expect, it } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { durationMs, planDurationMs } from '../src/duration.ts';

describe('durations', () => {
  it.each([
    ['250ms', 250],
    ['90s', 90_000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    ['30d', 2_592_000_000],
    ['0s', 0],
  ])('%s is %d ms', (text, ms) => expect(durationMs(text)).toBe(ms));

  it.each(['', '5', 's', '-1s', '1e3s', ' 1s', '1S', '1w', `${'9'.repeat(400)}d`])('%s is none', (text) =>
    expect(durationMs(text)).toBeUndefined(),
  );
});

describe('lengths of time as plans write them', () => {
  it.each([
    [5, 5_000],
    ['1.5m', 90_000],
    [0.000_1, 1],
    ['0.1ms', 1],
    [0, 0],
    ['0s', 0],
    [9_007_199_254_740, 9_007_199_254_740_000],
  ])('%j is %d ms', (written, ms) => expect(planDurationMs(written)).toBe(ms));

  it.each([
    -1,
    Number.NaN,
    Infinity,
    1e13,
    '9007199254740993ms',
    `${'9'.repeat(20)}d`,
    '5',
    true,
    null,
    undefined,
    [5],
  ])('%s is none', (written) => expect(planDurationMs(written)).toBeUndefined());
});

describe('the system clock', () => {
  it('takes timers longer than setTimeout does, which would fire them at once', async () => {
    let fired = false;
    const cancel = systemClock.timer(2 ** 31 + 5, () => (fired = true));
    await new Promise<void>((resolve) => void systemClock.timer(3, resolve));
    cancel();
    expect(fired).toBe(false);
  });
});
