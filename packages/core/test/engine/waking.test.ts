import { expect, it } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import type { Plugin } from '../../src/hooks/plugin.ts';
import { bench, probes, settled } from './bench.ts';

/** Time passes between any two looks at it, and a timer may ring a little early, as those of Node do. */
class RestlessClock implements Clock {
  readonly #step = 0.01;
  #time = 5_000;
  #timer: { readonly at: number; readonly wake: () => void } | undefined;

  now(): number {
    return 1_000_000 + this.#time;
  }

  monotonic(): number {
    return (this.#time += this.#step);
  }

  timer(delayMs: number, wake: () => void): () => void {
    const timer = { at: this.#time + delayMs, wake };
    // Those of the inbox and the lease lie between.
    if (delayMs > 10_000 || delayMs < 1) this.#timer = timer;
    return () => {
      if (this.#timer === timer) this.#timer = undefined;
    };
  }

  get isWaiting(): boolean {
    return this.#timer !== undefined;
  }

  ring(earlyMs: number): void {
    const timer = this.#timer;
    if (timer === undefined) throw new Error('nothing waits');
    this.#timer = undefined;
    this.#time = timer.at - earlyMs;
    timer.wake();
  }
}

it('wakes again when a timer rang so early that the moment passed while the loop was asked', async () => {
  for (let early = 0; early < 0.06; early += 0.005) {
    const clock = new RestlessClock();
    const retry: Plugin = {
      name: 'again',
      contract: 1,
      apply: (host) => host.hooks.onError.tap('again', () => ({ retryAt: host.now() + 20_000 })),
    };
    const { orch, probe } = bench({ clock, plugins: [retry] });
    orch.execute(probes('a'));
    await settled();
    probe.last('a').end({ status: 'failed', class: 'exit', error: { code: 'X', message: 'no' } });
    await settled();
    clock.ring(early);
    await settled();
    expect({ early, waits: clock.isWaiting || probe.started.length === 2 }).toEqual({ early, waits: true });
  }
});
