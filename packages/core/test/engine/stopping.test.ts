import { describe, expect, it } from 'vitest';
import { workflow } from '../../src/spec/workflow.ts';
import { bench, probes, probeWork, settled } from './bench.ts';

describe('stopping', () => {
  it('ends the attempts, keeps the run, and lets it go', async () => {
    const first = bench();
    const handle = first.orch.execute(probes('a', 'b:a'), { runId: 'r' });
    await settled();
    await handle.stop();
    expect(await handle.result()).toMatchObject({ status: 'interrupted' });
    expect(first.probe.last('a').context.signal.reason).toBe('stopped');
    expect((await first.events('r')).slice(-2)).toMatchObject([
      { type: 'phase.interrupted', reason: 'stopped' },
      { type: 'run.stopped', reason: 'signal' },
    ]);
    expect(await first.backend.holder('r')).toBeUndefined();
    const second = first.next();
    second.orch.recover('r');
    await settled();
    expect(second.probe.started).toEqual(['a 2']);
  });

  it('counts an attempt that it ended as stopped, whatever its exit code, and keeps the code', async () => {
    const { orch, probe, events } = bench();
    probe.onAbort = (call) => call.end({ status: 'aborted', exitCode: 0 });
    const handle = orch.execute(probes('a'), { runId: 'r' });
    await settled();
    await handle.stop();
    await handle.result();
    expect((await events('r')).at(-2)).toMatchObject({ reason: 'stopped', exitCode: 0 });
  });

  it('kills without grace when asked twice', async () => {
    const { orch, probe } = bench();
    probe.onAbort = () => undefined;
    const handle = orch.execute(probes('a'), { runId: 'r' });
    await settled();
    await handle.stop();
    expect(probe.last('a').context.kill.aborted).toBe(false);
    await handle.stop();
    expect(probe.last('a').context.kill.aborted).toBe(true);
  });

  it('is what the abort of the given signal does', async () => {
    const { orch } = bench();
    const controller = new AbortController();
    const handle = orch.execute(probes('a'), { signal: controller.signal });
    await settled();
    controller.abort();
    expect(await handle.result()).toMatchObject({ status: 'interrupted' });
  });

  it('starts nothing for a start that was committed just before', async () => {
    const { orch, probe, events } = bench();
    const handle = orch.execute(probes('a'), { runId: 'r' });
    await handle.stop();
    await handle.result();
    expect(probe.calls.filter(({ context }) => !context.signal.aborted)).toEqual([]);
    expect((await events('r')).at(-1)?.type).toBe('run.stopped');
  });

  it('is what close does to the runs that it drives', async () => {
    const { orch } = bench();
    const handle = orch.execute(probes('a'));
    await settled();
    await orch.close();
    expect(await handle.result()).toMatchObject({ status: 'interrupted' });
    await expect(orch.show('x')).rejects.toMatchObject({ code: 'ORCH_BACKEND_CLOSED' });
  });
});

describe('detaching', () => {
  it('lets go at once and leaves the commands to be adopted', async () => {
    const first = bench();
    const handle = first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    await handle.detach();
    expect(await handle.result()).toMatchObject({ status: 'interrupted' });
    expect(first.probe.last('a').context.signal.aborted).toBe(false);
    const second = first.next();
    const again = second.orch.recover('r');
    await settled();
    second.probe.last('a').end();
    expect(await again.result()).toMatchObject({ status: 'completed' });
    expect(second.probe.started).toEqual([]);
  });
});

describe('cancelling', () => {
  it('is committed first, then ends the attempts and the run', async () => {
    const { orch, probe, types } = bench();
    const handle = orch.execute(probes('a', 'b:a'), { runId: 'r' });
    await settled();
    await handle.cancel({ by: 'me', message: 'wrong branch' });
    expect(await handle.result()).toMatchObject({ status: 'cancelled' });
    expect(probe.last('a').context.signal.reason).toBe('cancelled');
    expect((await types('r')).slice(4)).toEqual([
      'run.cancelling',
      'phase.cancelled',
      'phase.cancelled',
      'run.cancelled',
    ]);
  });

  it('reaches a run that is driven elsewhere through its inbox, once', async () => {
    const first = bench();
    const handle = first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    await first.next().orch.cancel('r', { by: 'her' });
    await first.clock.advance(500);
    expect(await handle.result()).toMatchObject({ status: 'cancelled' });
    expect(await first.backend.messages('r')).toEqual([]);
    expect((await first.events('r')).find(({ type }) => type === 'run.cancelling')).toMatchObject({ by: 'her' });
  });

  it('takes up a run that nobody drives, ends what goes on there, and cancels it', async () => {
    const first = bench();
    first.orch.execute(probes('a', 'b:a'), { runId: 'r' });
    await settled();
    first.kill();
    const second = first.next();
    await second.orch.cancel('r');
    expect((await second.orch.show('r')).status).toBe('cancelled');
    expect(second.probe.last('a').context.signal.reason).toBe('cancelled');
  });

  it('is not forgotten when its driver dies before it reads its inbox', async () => {
    const first = bench();
    first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    await first.next().orch.cancel('r');
    first.kill();
    const third = first.next();
    expect(await third.orch.recover('r').result()).toMatchObject({ status: 'cancelled' });
    expect(await third.backend.messages('r')).toEqual([]);
  });

  it('is refused by a run that has ended', async () => {
    const { orch, probe } = bench();
    const handle = orch.execute(probes('a'), { runId: 'r' });
    await settled();
    probe.last('a').end();
    await handle.result();
    await expect(orch.cancel('r')).rejects.toMatchObject({ code: 'ORCH_RUN_FINISHED' });
  });

  it('can be recovered from', async () => {
    const first = bench();
    const handle = first.orch.execute(probes('a', 'b:a'), { runId: 'r' });
    await settled();
    await handle.cancel();
    await handle.result();
    const second = first.next();
    second.orch.recover('r');
    await settled();
    expect(second.probe.started).toEqual(['a 2']);
  });
});

describe('timeouts', () => {
  it('end an attempt as a failure of class timeout, whatever its exit code', async () => {
    const { orch, probe, clock } = bench();
    probe.onAbort = (call) => call.end({ status: 'aborted', exitCode: 0 });
    const handle = orch.execute(workflow('w').phase('a', { run: probeWork, timeout: '5s' }));
    await settled();
    await clock.advance(4_999);
    expect(probe.last('a').context.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(await handle.result()).toMatchObject({
      status: 'failed',
      failures: [
        { class: 'timeout', code: 'ORCH_PHASE_TIMEOUT', exitCode: 0, message: expect.stringContaining('5 s') },
      ],
    });
  });

  it('do not count the time that beforePhase took', async () => {
    const { orch, probe, clock } = bench({
      plugins: [
        {
          name: 'slow',
          contract: 1,
          apply: ({ hooks }) =>
            hooks.beforePhase.tap('slow', () => new Promise<void>((resolve) => void clock0.timer(4_000, resolve))),
        },
      ],
    });
    const clock0 = clock;
    orch.execute(workflow('w').phase('a', { run: probeWork, timeout: '5s' }));
    await settled();
    await clock.advance(4_000);
    await clock.advance(4_999);
    expect(probe.last('a').context.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(probe.last('a').context.signal.reason).toBe('timeout');
  });

  it('of the run cancel it and fail it, with the reason', async () => {
    const { orch, clock } = bench();
    const chain = probes('a', 'b:a');
    const spec = { ...chain.definition.spec, timeoutMs: 60_000 };
    const handle = orch.execute({ ...chain, definition: { ...chain.definition, spec } });
    await settled();
    await clock.advance(60_000);
    expect(await handle.result()).toMatchObject({ status: 'failed', reason: 'timeout' });
  });
});
