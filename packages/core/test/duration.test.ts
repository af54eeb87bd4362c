import { describe, expect, it } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { durationMs } from '../src/duration.ts';

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

describe('the system clock', () => {
  it('takes timers longer than setTimeout does, which would fire them at once', async () => {
    let fired = false;
    const cancel = systemClock.timer(2 ** 31 + 5, () => (fired = true));
    await new Promise<void>((resolve) => void systemClock.timer(3, resolve));
    cancel();
    expect(fired).toBe(false);
  });
});
