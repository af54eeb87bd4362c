import { describe, expect, it } from 'vitest';
import { memoryBackend } from '../../src/backend/memory-backend.ts';
import type { Plugin } from '../../src/hooks/plugin.ts';
import { workflow } from '../../src/spec/workflow.ts';
import { bench, probes, settled } from './bench.ts';
import type { Bench } from './bench.ts';

/** A run `r` of `a`, `b:a`, killed after its cancel was committed, while `a` still ends. */
async function killedWhileCancelling(): Promise<Bench> {
  const first = bench();
  first.probe.onAbort = () => undefined;
  const handle = first.orch.execute(probes('a', 'b:a'), { runId: 'r' });
  await settled();
  await handle.cancel();
  await settled();
  first.kill();
  return first;
}

describe('a run whose cancel is committed', () => {
  it('is cancelled by the next take-up, which stops what it adopts and starts nothing', async () => {
    const second = (await killedWhileCancelling()).next();
    expect(await second.orch.recover('r').result()).toMatchObject({ status: 'cancelled' });
    expect(second.probe.last('a').context.signal.reason).toBe('cancelled');
    expect(second.probe.started).toEqual([]);
    expect(await second.types('r')).not.toContain('run.reset');
  });

  it('ends as cancelled when beforeRun gives up because of it', async () => {
    const patient: Plugin = {
      name: 'p',
      contract: 1,
      apply: ({ hooks }) =>
        hooks.beforeRun.tap(
          'wait',
          ({ signal }) =>
            new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('told to')))),
        ),
    };
    const first = bench();
    first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    first.kill();
    const second = first.next({ plugins: [patient] });
    second.probe.onAbort = () => undefined;
    const handle = second.orch.recover('r');
    await settled();
    await handle.cancel();
    await settled();
    second.probe.last('a').end({ status: 'aborted' });
    expect(await handle.result()).toMatchObject({ status: 'cancelled' });
  });

  it('kills nothing before that commit', async () => {
    const inner = memoryBackend();
    let hold: Promise<unknown> | undefined;
    let open = (): void => {};
    const { orch, probe } = bench({
      backend: { ...inner, append: async (run, commit) => (await hold, inner.append(run, commit)) },
    });
    const handle = orch.execute(probes('a', 'b', 'c:b'), { runId: 'r' });
    await settled();
    const start = new Promise<void>((resolve) => (open = resolve));
    hold = start;
    probe.last('b').end();
    await settled();
    // `c` is on its way into the journal; the cancel comes behind it, and never arrives.
    hold = start.then(() => (hold = new Promise(() => {})));
    await handle.cancel();
    open();
    await settled();
    expect(probe.started).toEqual(['a 1', 'b 1']);
    expect(probe.last('a').context.signal.aborted).toBe(false);
  });
});

describe('cancel', () => {
  it('is stronger than a stop that has not come to its end', async () => {
    const { orch, probe } = bench();
    probe.onAbort = () => undefined;
    const handle = orch.execute(probes('a', 'b:a'), { runId: 'r' });
    await settled();
    await handle.stop();
    await handle.cancel();
    await settled();
    probe.last('a').end({ status: 'aborted' });
    expect(await handle.result()).toMatchObject({ status: 'cancelled' });
  });

  it('reaches a run that is just being let go', async () => {
    const inner = memoryBackend();
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    const { orch } = bench({
      backend: { ...inner, release: async (run, fence) => (await gate, inner.release(run, fence)) },
    });
    const handle = orch.execute(probes('a'), { runId: 'r' });
    await settled();
    await handle.stop();
    await settled();
    const cancelled = orch.cancel('r');
    await settled();
    open();
    await cancelled;
    expect((await orch.show('r')).status).toBe('cancelled');
  });

  it('needs no code of a run whose functions died with their process', async () => {
    const first = bench();
    first.orch.execute(workflow('w').phase('f', { run: () => new Promise<never>(() => {}) }), { runId: 'r' });
    await settled();
    first.kill();
    const second = first.next();
    await second.orch.cancel('r');
    expect((await second.orch.show('r')).status).toBe('cancelled');
  });
});

describe('a run that nobody drives, and whose clean-up is a function', () => {
  const killed = async (clean: () => void): Promise<{ second: Bench; whole: ReturnType<typeof cleaning> }> => {
    const whole = cleaning(clean);
    const first = bench();
    first.orch.execute(whole, { runId: 'r' });
    await settled();
    first.kill();
    return { second: first.next(), whole };
  };
  const cleaning = (clean: () => void) =>
    workflow('w')
      .phase('slow', { run: () => new Promise<void>(() => undefined) })
      .phase('clean', { after: 'always', dependsOn: ['slow'], run: clean });

  it('is cancelled with the workflow that it is given', async () => {
    let cleaned = 0;
    const { second, whole } = await killed(() => void cleaned++);
    await second.orch.cancel('r', { workflow: whole });
    expect(cleaned).toBe(1);
    expect(await second.orch.show('r')).toMatchObject({ status: 'cancelled' });
  });

  it('is not cancelled by another one', async () => {
    const { second, whole } = await killed(() => undefined);
    const other = whole.phase('more', { run: () => undefined });
    await expect(second.orch.cancel('r', { workflow: other })).rejects.toMatchObject({ code: 'ORCH_WORKFLOW_CHANGED' });
    expect((await second.orch.show('r')).status).not.toBe('cancelled');
  });
});
