import { describe, expect, it } from 'vitest';
import { memoryBackend } from '../../src/backend/memory-backend.ts';
import { workflow } from '../../src/spec/workflow.ts';
import { bench, probes, settled } from './bench.ts';
import type { Bench } from './bench.ts';

describe('the age of a lease', () => {
  it('counts from when its renewal was sent, not from when the answer was read', async () => {
    const inner = memoryBackend();
    let renewals = 0;
    const made = bench({
      backend: {
        ...inner,
        async append(run, commit) {
          const answer = await inner.append(run, commit);
          // The process sleeps with the answer in its hands.
          made.clock.jump(60_000);
          return answer;
        },
        renew: async () => ++renewals > 0,
      },
    });
    made.orch.execute(probes('a'));
    await settled();
    expect([renewals, made.probe.started]).toEqual([1, ['a 1']]);
  });
});

describe('a renewal before an effect', () => {
  it('is asked for again when its answer was slept over', async () => {
    let renewals = 0;
    const made: Bench = bench({
      backend: {
        ...memoryBackend(),
        async renew() {
          if (++renewals === 1) made.clock.jump(60_000);
          return renewals === 1;
        },
      },
      plugins: [
        {
          name: 'p',
          contract: 1,
          apply: ({ hooks }) => hooks.beforePhase.tap('suspend', () => made.clock.jump(60_000)),
        },
      ],
    });
    const handle = made.orch.execute(probes('a'));
    await expect(handle.result()).rejects.toMatchObject({ code: 'ORCH_RUN_LOST' });
    expect([renewals, made.probe.calls]).toEqual([2, []]);
  });
});

describe('whoever slept past a lease', () => {
  it('does not take the attempts of the new owner for a lost tail', async () => {
    const inner = memoryBackend();
    const first: Bench = bench({
      backend: {
        ...inner,
        async create(run, given) {
          const answer = await inner.create(run, given);
          first.clock.jump(60_000);
          return answer;
        },
        renew: async () => false,
      },
    });
    const handle = first.orch.execute(probes('a'), { runId: 'r' });
    await expect(handle.result()).rejects.toMatchObject({ code: 'ORCH_RUN_LOST' });
    expect(first.probe.settles).toEqual([]);
  });

  it('does not end what the new owner has adopted', async () => {
    let asleep = false;
    const inner = memoryBackend();
    const first = bench({ backend: { ...inner, renew: async () => !asleep } });
    const handle = first.orch.execute(probes('a'), { runId: 'r' });
    const lost = expect(handle.result()).rejects.toMatchObject({ code: 'ORCH_RUN_LOST' });
    await settled();
    asleep = true;
    first.clock.jump(60_000);
    await handle.stop();
    await lost;
    expect(first.probe.last('a').context.signal.aborted).toBe(false);
  });
});

describe('a lease that is lost during the take-up', () => {
  it('ends it with the error, and rejects nothing that nobody hears', async () => {
    const unheard: unknown[] = [];
    const listen = (reason: unknown): void => void unheard.push(reason);
    process.on('unhandledRejection', listen);
    try {
      const first = bench();
      const work = probes('a');
      first.orch.execute(work, { runId: 'r' });
      await settled();
      first.kill();
      const second = first.next({ backend: { ...first.backend, renew: async () => false } });
      second.probe.onAbort = () => undefined;
      const handle = second.orch.recover('r', { from: 'a' });
      await settled();
      await second.clock.advance(10_000);
      second.probe.last('a').end({ status: 'aborted' });
      await expect(handle.result()).rejects.toMatchObject({ code: 'ORCH_RUN_LOST' });
      await settled();
      expect(unheard).toEqual([]);
      expect(await first.types('r')).not.toContain('run.reset');
    } finally {
      process.off('unhandledRejection', listen);
    }
  });
});

describe('an adopted attempt', () => {
  it('may reject before the take-up is committed: the phase fails, and nothing goes unheard', async () => {
    const unheard: unknown[] = [];
    const listen = (reason: unknown): void => void unheard.push(reason);
    process.on('unhandledRejection', listen);
    try {
      const first = bench();
      first.orch.execute(probes('a'), { runId: 'r' });
      await settled();
      first.kill();
      const inner = first.backend;
      let open = (): void => {};
      const gate = new Promise<void>((resolve) => (open = resolve));
      const second = first.next({
        backend: { ...inner, append: async (run, commit) => (await gate, inner.append(run, commit)) },
      });
      second.probe.adopt = async () => ({ outcome: Promise.reject(new Error('pipe broke')) });
      const handle = second.orch.recover('r');
      await settled();
      open();
      expect(await handle.result()).toMatchObject({ status: 'failed', failures: [{ message: 'pipe broke' }] });
      expect(unheard).toEqual([]);
    } finally {
      process.off('unhandledRejection', listen);
    }
  });
});

describe('an attempt that is lost again and again', () => {
  it('is given up within one take-up, too', async () => {
    const { orch, probe } = bench();
    const handle = orch.execute(workflow('w').phase('a', { run: { kind: 'probe', options: {} } }));
    for (let times = 1; times <= 20; times++) {
      await settled();
      probe.last('a').end({ status: 'aborted' });
    }
    expect(await handle.result()).toMatchObject({
      status: 'failed',
      failures: [{ class: 'interrupted', code: 'ORCH_PHASE_LOST' }],
    });
    expect(probe.calls).toHaveLength(20);
  });
});
