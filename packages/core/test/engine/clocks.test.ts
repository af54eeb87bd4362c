import { describe, expect, it } from 'vitest';
import type { Plugin } from '../../src/hooks/plugin.ts';
import { workflow } from '../../src/spec/workflow.ts';
import { bench, ownerNumber, probeWork, probes, settled } from './bench.ts';
import type { Bench } from './bench.ts';

const retry: Plugin = {
  name: 'p',
  contract: 1,
  apply: ({ hooks, now }) => hooks.onError.tap('p', () => ({ retryAt: now() + 60_000 })),
};

describe('a clock that is set during a take-up', () => {
  it('does not stretch the backoff that it goes on with', async () => {
    const first = bench({ plugins: [retry] });
    first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    first.probe.last('a').end({
      status: 'failed',
      class: 'exit',
      error: { code: 'ORCH_PHASE_EXIT', message: 'exit 1' },
    });
    await settled();
    first.kill();
    first.clock.jump(-86_400_000);
    const inner = first.backend;
    const second = first.next({
      backend: {
        ...inner,
        async messages(run) {
          first.clock.jump(86_400_000);
          return inner.messages(run);
        },
      },
    });
    second.orch.recover('r');
    await settled();
    await second.clock.advance(60_000);
    expect(second.probe.started).toEqual(['a 2']);
  });
});

const failed = {
  status: 'failed',
  class: 'exit',
  error: { code: 'ORCH_PHASE_EXIT', message: 'exit 1' },
} as const;
const dayMs = 86_400_000;

describe.each([
  ['forward', dayMs],
  ['back', -dayMs],
])('a clock that is set %s by a day while a run is driven', (_, step) => {
  it('neither stretches nor cuts a backoff', async () => {
    const made = bench({ plugins: [retry] });
    made.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    made.probe.last('a').end(failed);
    await settled();
    made.clock.jump(step);
    await made.clock.advance(59_000);
    expect(made.probe.started).toEqual(['a 1']);
    await made.clock.advance(1_000);
    expect(made.probe.started).toEqual(['a 1', 'a 2']);
  });

  it('neither stretches nor cuts a timeout, also of an attempt that is adopted', async () => {
    const first = bench();
    const timed = workflow('w').phase('a', { run: probeWork, timeout: '60s' });
    first.orch.execute(timed, { runId: 'r' });
    await settled();
    first.clock.jump(step);
    await first.clock.advance(20_000);
    first.kill();
    const second = first.next();
    second.orch.recover('r');
    await settled();
    second.clock.jump(step);
    await second.clock.advance(39_000);
    expect(second.probe.last('a')).toMatchObject({ adopted: true, context: { signal: { aborted: false } } });
    await second.clock.advance(1_000);
    expect(second.probe.last('a').context.signal.reason).toBe('timeout');
  });

  it('costs no owner its lease', async () => {
    const made: Bench = bench();
    const handle = made.orch.execute(probes('a', 'b:a'), { runId: 'r' });
    await settled();
    made.clock.jump(step);
    made.probe.last('a').end();
    await settled();
    made.probe.last('b').end();
    expect(await handle.result()).toMatchObject({ status: 'completed' });
  });

  it('leaves each run in the list once, and no duration below zero', async () => {
    const made = bench();
    for (const runId of ['r1', 'r2', 'r3']) {
      const handle = made.orch.execute(probes('a'), { runId });
      await settled();
      made.clock.jump(step);
      await made.clock.advance(7);
      made.probe.last('a').end();
      await handle.result();
      const ended = (await made.events(runId)).find(({ type }) => type === 'phase.completed');
      expect(ended).toMatchObject({ durationMs: 7 });
    }
    const listed: string[] = [];
    for await (const { runId } of made.orch.list({})) listed.push(runId);
    expect(listed).toEqual(step > 0 ? ['r3', 'r2', 'r1'] : ['r1', 'r2', 'r3']);
  });
});

describe('a turn of the event loop that outlasts the lease', () => {
  it('starts nothing once another host has the run, and adds nothing to its history', async () => {
    const first = bench({ host: { ...bench().machine.host(1), owner: { ...ownerNumber(1), machine: 'other' } } });
    const handle = first.orch.execute(probes('a', 'b:a', 'c'), { runId: 'r' });
    handle.result().catch(() => undefined);
    await settled();
    // No timer fires meanwhile: the loop is blocked, or the process stopped.
    first.clock.jump(31_000);
    const second = first.next();
    second.probe.onAdopt = () => 'gone';
    second.orch.recover('r');
    await settled();
    first.probe.last('a').end();
    await settled();
    await expect(handle.result()).rejects.toMatchObject({ code: 'ORCH_RUN_LOST' });
    expect(first.probe.started).toEqual(['a 1', 'c 1']);
    const events = await first.events('r');
    const takenAt = events.findIndex(({ epoch }) => epoch === 2);
    expect(takenAt).toBeGreaterThan(0);
    expect(events.slice(takenAt).every(({ epoch }) => epoch === 2)).toBe(true);
    expect(second.probe.started).toEqual(['a 2', 'c 2']);
  });
});
