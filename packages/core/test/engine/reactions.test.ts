import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/executor/executor.ts';
import { workflow } from '../../src/spec/workflow.ts';
import type { Workflow } from '../../src/spec/workflow.ts';
import { bench, probes, probeWork, settled } from './bench.ts';

const failed: Outcome = {
  status: 'failed',
  class: 'exit',
  error: { code: 'ORCH_PHASE_EXIT', message: 'exit 1' },
  exitCode: 1,
  output: { reset: 1_060_000 },
};

const cleaning = workflow('w')
  .phase('a', { run: probeWork })
  .phase('b', { dependsOn: ['a'], run: probeWork })
  .phase('clean', { dependsOn: ['b'], after: 'always', run: probeWork }) as Workflow;

describe('clean-ups', () => {
  it('run when the run is cancelled, and after its timeout', async () => {
    const { orch, probe, types } = bench();
    const handle = orch.execute(cleaning, { runId: 'r' });
    await settled();
    await handle.cancel();
    await settled();
    expect(probe.last('clean').context.signal.aborted).toBe(false);
    probe.last('clean').end();
    expect(await handle.result()).toMatchObject({ status: 'cancelled' });
    expect((await types('r')).slice(-2)).toEqual(['phase.completed', 'run.cancelled']);
  });

  it('end with a second cancel', async () => {
    const { orch, probe } = bench();
    const handle = orch.execute(cleaning, { runId: 'r' });
    await settled();
    await handle.cancel();
    await settled();
    await handle.cancel();
    await settled();
    expect(probe.last('clean').context.signal.reason).toBe('cancelled');
    expect(await handle.result()).toMatchObject({ status: 'cancelled' });
  });

  it('go on where the orchestrator was killed while a cancel was carried out', async () => {
    const first = bench();
    const handle = first.orch.execute(cleaning, { runId: 'r' });
    await settled();
    await handle.cancel();
    await settled();
    first.kill();
    const second = first.next();
    const again = second.orch.recover('r');
    await settled();
    expect(second.probe.last('clean')).toMatchObject({ adopted: true, context: { signal: { aborted: false } } });
    second.probe.last('clean').end();
    expect(await again.result()).toMatchObject({ status: 'cancelled' });
  });

  it('do not run when the run is only stopped', async () => {
    const { orch, probe } = bench();
    const handle = orch.execute(cleaning, { runId: 'r' });
    await settled();
    await handle.stop();
    expect(await handle.result()).toMatchObject({ status: 'interrupted' });
    expect(probe.started).toEqual(['a 1']);
  });

  it('run again when recover runs again what they come after', async () => {
    const first = bench();
    const handle = first.orch.execute(cleaning, { runId: 'r' });
    await settled();
    first.probe.last('a').end();
    await settled();
    first.probe.last('b').end(failed);
    await settled();
    first.probe.last('clean').end();
    await handle.result();
    const again = first.orch.recover('r');
    await settled();
    first.probe.last('b').end();
    await settled();
    first.probe.last('clean').end();
    expect(await again.result()).toMatchObject({ status: 'completed' });
    expect(first.probe.started).toEqual(['a 1', 'b 1', 'clean 1', 'b 2', 'clean 2']);
  });
});

describe('fail-fast', () => {
  it('ends what runs at the first failure, and recover runs it again', async () => {
    const { orch, probe } = bench();
    const handle = orch.execute(probes('a', 'b', 'c:b'), { runId: 'r', failFast: true });
    await settled();
    probe.last('a').end(failed);
    expect(await handle.result()).toMatchObject({ status: 'failed', failures: [{ phase: 'a' }] });
    expect(probe.last('b').context.signal.reason).toBe('cancelled');
    const shown = await orch.show('r');
    expect(shown.phases).toMatchObject([
      { status: 'failed' },
      { status: 'cancelled' },
      { status: 'skipped', cause: 'a' },
    ]);
    const again = orch.recover('r');
    await settled();
    expect(probe.started.slice(-2)).toEqual(['a 2', 'b 2']);
    await again.stop();
  });

  it('ends what a dead orchestrator left running', async () => {
    const first = bench();
    first.probe.onAbort = () => undefined;
    first.orch.execute(probes('a', 'b'), { runId: 'r', failFast: true });
    await settled();
    first.probe.last('a').end(failed);
    await settled();
    first.kill();
    const second = first.next();
    const handle = second.orch.recover('r');
    await settled();
    // Recovering resets what failed: nothing has failed in this take-up yet.
    expect(second.probe.last('b').context.signal.aborted).toBe(false);
    second.probe.last('a').end(failed);
    expect(await handle.result()).toMatchObject({ status: 'failed' });
  });
});

describe('recover of what is unfinished only', () => {
  it('resets nothing, and leaves alone what has ended', async () => {
    const first = bench();
    first.orch.execute(probes('a', 'b'), { runId: 'r' });
    await settled();
    first.probe.last('a').end(failed);
    await settled();
    first.kill();
    const second = first.next();
    const handle = second.orch.recover('r', { unfinishedOnly: true });
    await settled();
    second.probe.last('b').end();
    expect(await handle.result()).toMatchObject({ status: 'failed', failures: [{ phase: 'a' }] });
    expect(second.probe.started).toEqual([]);
    const version = (await second.events('r')).length;
    expect(await second.orch.recover('r', { unfinishedOnly: true }).result()).toMatchObject({ status: 'failed' });
    expect(await second.events('r')).toHaveLength(version);
  });
});

describe('a selection', () => {
  it('holds for the whole run', async () => {
    const first = bench();
    const handle = first.orch.execute(probes('a', 'b:a', 'c:b'), { runId: 'r', selection: { only: ['b'] } });
    await settled();
    first.probe.last('b').end(failed);
    await handle.result();
    const again = first.orch.recover('r', { from: 'b' });
    await settled();
    first.probe.last('b').end();
    expect(await again.result()).toMatchObject({ status: 'completed' });
    expect(first.probe.started).toEqual(['b 1', 'b 2']);
  });

  it('is refused where the run was started with another one', async () => {
    const { orch, probe } = bench();
    const handle = orch.execute(probes('a', 'b'), { runId: 'r', selection: { only: ['a'] } });
    await settled();
    await handle.stop();
    await handle.result();
    for (const other of [{ selection: { only: ['b'] } }, { failFast: true }])
      await expect(orch.execute(probes('a', 'b'), { runId: 'r', ...other }).result()).rejects.toMatchObject({
        code: 'ORCH_INPUT_CHANGED',
      });
    const again = orch.execute(probes('a', 'b'), { runId: 'r', selection: { only: ['a'] } });
    await settled();
    probe.last('a').end();
    expect(await again.result()).toMatchObject({ status: 'completed' });
  });

  it('that is wrong starts nothing', async () => {
    const { orch } = bench();
    await expect(orch.execute(probes('a'), { runId: 'r', selection: { only: ['z'] } }).result()).rejects.toMatchObject({
      code: 'ORCH_RUN_NO_PHASE',
    });
    await expect(orch.show('r')).rejects.toMatchObject({ code: 'ORCH_RUN_UNKNOWN' });
  });
});
