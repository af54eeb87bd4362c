import { describe, expect, it } from 'vitest';
import type { Plugin } from '../../src/hooks/plugin.ts';
import { workflow } from '../../src/spec/workflow.ts';
import { bench, killedRun, probes, probeWork, settled } from './bench.ts';
import type { Bench } from './bench.ts';

const failed = {
  status: 'failed',
  class: 'exit',
  error: { code: 'ORCH_PHASE_EXIT', message: 'exit 1' },
} as const;

/** A run `r` of `a`, `b:a`, `c:b` and `x` in which `b` failed. */
async function failedRun(): Promise<Bench> {
  const first = bench();
  const handle = first.orch.execute(probes('a', 'b:a', 'c:b', 'x'), { runId: 'r' });
  await settled();
  first.probe.last('x').end();
  first.probe.last('a').end();
  await settled();
  first.probe.last('b').end(failed);
  await handle.result();
  return first;
}

describe('taking up a run', () => {
  it('adopts what goes on and starts nothing twice', async () => {
    const second = (await killedRun()).next();
    const handle = second.orch.recover('r');
    await settled();
    expect(second.probe.started).toEqual([]);
    second.probe.last('a').end();
    await settled();
    second.probe.last('b').end();
    expect(await handle.result()).toMatchObject({ status: 'completed' });
    expect(second.probe.started).toEqual(['b 1']);
  });

  it('starts again what is gone, under a new number and key, uncharged', async () => {
    const first = await killedRun();
    const second = first.next();
    second.probe.onAdopt = () => 'gone';
    second.orch.recover('r');
    await settled();
    expect(second.probe.started).toEqual(['a 2']);
    expect(second.probe.last('a').attempt.key).not.toBe(first.probe.last('a').attempt.key);
    expect(await second.types('r')).toContain('phase.interrupted');
  });

  it('settles what the journal does not know before anything starts', async () => {
    const first = await killedRun();
    const second = first.next();
    second.orch.recover('r');
    await settled();
    expect(first.probe.settles).toEqual([{ runId: 'r', known: [] }]);
    expect(second.probe.settles).toEqual([{ runId: 'r', known: [first.probe.last('a').attempt.key] }]);
  });

  it('never reads an executor that throws as gone: the take-up stops, the run stays free', async () => {
    const second = (await killedRun()).next();
    second.probe.onAdopt = () => new Error('no /proc');
    await expect(second.orch.recover('r').result()).rejects.toMatchObject({ code: 'ORCH_EXECUTOR_FAILED' });
    expect(await second.backend.holder('r')).toBeUndefined();
    expect(second.probe.started).toEqual([]);
  });

  it('keeps the deadline that an adopted attempt had', async () => {
    const first = bench();
    const work = workflow('w').phase('a', { run: probeWork, timeout: '60s' });
    first.orch.execute(work, { runId: 'r' });
    await settled();
    await first.clock.advance(45_000);
    first.kill();
    const second = first.next();
    const handle = second.orch.recover('r', { workflow: work });
    await settled();
    await second.clock.advance(14_999);
    expect(second.probe.last('a').context.signal.aborted).toBe(false);
    await second.clock.advance(1);
    expect(await handle.result()).toMatchObject({ status: 'failed', failures: [{ class: 'timeout' }] });
  });

  it('gives a phase up that was lost 20 times in a row', async () => {
    let at = await killedRun();
    for (let times = 1; times <= 20; times++) {
      at = at.next();
      at.probe.onAdopt = () => 'gone';
      at.orch.recover('r');
      await settled();
      if (times < 20) at.kill();
    }
    const report = await at.orch.show('r');
    expect(report.status).toBe('failed');
    expect(report.phases[0]?.attempts.at(-1)).toMatchObject({
      class: 'interrupted',
      error: { code: 'ORCH_PHASE_LOST' },
    });
  });

  it('goes on with a backoff where it stood', async () => {
    const retry: Plugin = {
      name: 'p',
      contract: 1,
      apply: ({ hooks, now }) => hooks.onError.tap('p', () => ({ retryAt: now() + 60_000 })),
    };
    const first = bench({ plugins: [retry] });
    first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    first.probe.last('a').end(failed);
    await settled();
    first.kill();
    await first.clock.advance(40_000);
    const second = first.next();
    second.orch.recover('r');
    await settled();
    await second.clock.advance(19_999);
    expect(second.probe.started).toEqual([]);
    await second.clock.advance(1);
    expect(second.probe.started).toEqual(['a 2']);
  });
});

describe('what a take-up runs again', () => {
  it('nothing of a completed run', async () => {
    const first = bench();
    const handle = first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    first.probe.last('a').end({ status: 'completed', output: 7 });
    await handle.result();
    const before = await first.types('r');
    const second = first.next();
    expect(await second.orch.recover('r').result()).toMatchObject({ status: 'completed', outputs: { a: 7 } });
    expect(await second.orch.execute(probes('a'), { runId: 'r' }).outputs()).toEqual({ a: 7 });
    expect(await second.types('r')).toEqual(before);
  });

  it('what failed, and what was skipped because of it', async () => {
    const second = (await failedRun()).next();
    const handle = second.orch.recover('r');
    await settled();
    second.probe.last('b').end();
    await settled();
    second.probe.last('c').end();
    expect(await handle.result()).toMatchObject({ status: 'completed' });
    expect(second.probe.started).toEqual(['b 2', 'c 1']);
  });

  it('from a phase on, and only its downstream', async () => {
    const second = (await failedRun()).next();
    const handle = second.orch.recover('r', { workflow: probes('a', 'b:a', 'c:b', 'x'), from: 'a' });
    for (const phase of ['a', 'b', 'c']) {
      await settled();
      second.probe.last(phase).end();
    }
    expect(await handle.result()).toMatchObject({ status: 'completed' });
    expect(second.probe.started).toEqual(['a 2', 'b 2', 'c 1']);
  });

  it('all that was not completed at a checkpoint; an unknown one is told with those there are', async () => {
    const second = (await failedRun()).next();
    await expect(second.orch.recover('r', { checkpoint: 'nope' }).result()).rejects.toMatchObject({
      code: 'ORCH_RUN_NO_CHECKPOINT',
      hint: expect.stringMatching(/a@3, x@5, b@/),
    });
    second.orch.recover('r', { checkpoint: 'a' });
    await settled();
    expect(second.probe.started).toEqual(['a 2', 'x 2']);
  });

  it('an older checkpoint by its version', async () => {
    const second = (await failedRun()).next();
    second.orch.recover('r', { checkpoint: 'x@5' });
    await settled();
    expect(second.probe.started).toEqual(['a 2', 'x 2']);
  });

  it('stops an attempt that it resets, instead of adopting it', async () => {
    const second = (await killedRun()).next();
    second.orch.recover('r', { workflow: probes('a', 'b:a'), from: 'a' });
    await settled();
    expect(second.probe.calls.map(({ adopted }) => adopted)).toEqual([true, false]);
    expect(second.probe.calls[0]?.context.signal.reason).toBe('replaced');
    expect((await second.events('r')).find(({ type }) => type === 'phase.interrupted')).toMatchObject({
      reason: 'replaced',
    });
  });

  it('nothing of a run that there is not, or of a phase that there is not', async () => {
    const { orch, next } = await killedRun();
    await expect(orch.recover('nope').result()).rejects.toMatchObject({ code: 'ORCH_RUN_UNKNOWN' });
    await expect(next().orch.recover('r', { from: 'nope' }).result()).rejects.toMatchObject({
      code: 'ORCH_RUN_NO_PHASE',
    });
  });
});

describe('what a run is taken up with', () => {
  it('the definition it was started with', async () => {
    const second = (await killedRun()).next();
    await expect(second.orch.execute(probes('a', 'c:a'), { runId: 'r' }).result()).rejects.toMatchObject({
      code: 'ORCH_WORKFLOW_CHANGED',
      message: expect.stringMatching(/phase "c" is new; phase "b" is gone/),
    });
  });

  it('its code, when it is made of functions', async () => {
    const first = bench();
    const work = workflow('w').phase('f', { run: () => new Promise<never>(() => {}) });
    first.orch.execute(work, { runId: 'r' });
    await settled();
    first.kill();
    await expect(first.next().orch.recover('r').result()).rejects.toMatchObject({ code: 'ORCH_WORKFLOW_MISSING' });
  });

  it('the plugins that it needs', async () => {
    const first = bench();
    await expect(
      first.orch.execute(workflow('w').phase('a', { run: { kind: 'command', options: {} } })).result(),
    ).rejects.toMatchObject({ code: expect.stringMatching(/ORCH_WORKFLOW_INVALID|ORCH_PLUGIN_MISSING/) });
  });
});
