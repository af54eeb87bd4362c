import { describe, expect, it } from 'vitest';
import { memoryBackend } from '../../src/backend/memory-backend.ts';
import type { Backend } from '../../src/backend/backend.ts';
import { orchError } from '../../src/errors/orch-error.ts';
import { workflow } from '../../src/spec/workflow.ts';
import { bench, killedRun, probes, settled } from './bench.ts';
import type { Bench } from './bench.ts';

const one = workflow('one').phase('a', { run: () => 1 });

async function versionOf({ orch }: Bench): Promise<{ readonly version: number }> {
  for await (const { version } of orch.list()) return { version };
  throw new Error('there is no run');
}

describe('delete', () => {
  it('removes a run that has ended, for this process and the next; a new one may have its id', async () => {
    const first = bench();
    await first.orch.execute(one, { runId: 'r' }).outputs();
    await first.orch.delete('r');
    await expect(first.orch.show('r')).rejects.toMatchObject({ code: 'ORCH_RUN_UNKNOWN' });
    await expect(first.next().orch.recover('r').result()).rejects.toMatchObject({ code: 'ORCH_RUN_UNKNOWN' });
    expect(await first.orch.execute(one, { runId: 'r' }).outputs()).toEqual({ a: 1 });
  });

  it('refuses a run that there is not, and what is no run id', async () => {
    const { orch } = bench();
    await expect(orch.delete('none')).rejects.toMatchObject({ code: 'ORCH_RUN_UNKNOWN' });
    await expect(orch.delete('../up')).rejects.toMatchObject({ code: 'ORCH_RUN_ID_INVALID' });
  });

  it('refuses a run that is driven, here or by another process, whatever is asked for', async () => {
    const first = bench();
    first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    for (const { orch } of [first, first.next()])
      await expect(orch.delete('r', { unfinished: true })).rejects.toMatchObject({ code: 'ORCH_RUN_OWNED' });
    first.probe.last('a').end();
    await settled();
    expect(await first.types('r')).toContain('run.completed');
  });

  it('leaves a run alone that has not ended; on request it ends what is left of it first', async () => {
    const first = await killedRun();
    const { orch, probe } = first.next();
    await expect(orch.delete('r')).rejects.toMatchObject({
      code: 'ORCH_RUN_UNFINISHED',
      hint: expect.stringContaining('orch recover r'),
    });
    expect(await first.backend.holder('r')).toMatchObject({ epoch: 1 });
    await orch.delete('r', { unfinished: true });
    expect(probe.settles).toEqual([{ runId: 'r', known: [], toDelete: true }]);
    await expect(orch.show('r')).rejects.toMatchObject({ code: 'ORCH_RUN_UNKNOWN' });
  });

  it('keeps an unfinished run whose attempts can not be seen from here, and lets go of it', async () => {
    const first = await killedRun();
    const unseen = { ...first.machine.host(9), look: () => 'unknown' as const };
    await first.clock.advance(30_001);
    const { orch, probe, backend } = first.next({ host: unseen });
    await expect(orch.delete('r', { unfinished: true })).rejects.toMatchObject({
      code: 'ORCH_RUN_OTHER_HOST',
      message: expect.stringContaining('"a"'),
    });
    expect(probe.settles).toEqual([]);
    expect(await backend.holder('r')).toBeUndefined();
  });

  it('that slept and lost the run ends nothing of its new owner', async () => {
    const first = await killedRun();
    const { orch, probe } = first.next({ backend: { ...first.backend, renew: async () => false } });
    await expect(orch.delete('r', { unfinished: true })).rejects.toMatchObject({ code: 'ORCH_RUN_LOST' });
    expect(probe.settles).toEqual([]);
  });

  it('under a fence that was lost tells so', async () => {
    const inner = memoryBackend();
    const { orch, backend } = bench({
      backend: {
        ...inner,
        async delete(run) {
          throw orchError({ code: 'ORCH_BACKEND_FENCE', message: `${run} is somebody else's` });
        },
      },
    });
    await orch.execute(one, { runId: 'r' }).outputs();
    await expect(orch.delete('r')).rejects.toMatchObject({ code: 'ORCH_RUN_LOST' });
    expect(await backend.holder('r')).toBeUndefined();
  });

  it('of a run that was taken up and left between the look and the taking keeps it', async () => {
    const inner = memoryBackend();
    const plain: Backend['acquire'] = (run, taking) => inner.acquire(run, taking);
    let acquire = plain;
    const first = bench({ backend: { ...inner, acquire: (run, taking) => acquire(run, taking) } });
    const handle = first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    first.probe.last('a').end({ status: 'failed', class: 'exit', error: { code: 'X', message: 'no' } });
    await handle.result();
    acquire = async (run, taking) => {
      acquire = plain;
      const other = first.next();
      other.orch.recover('r');
      await settled();
      await other.orch.close();
      return inner.acquire(run, taking);
    };
    await expect(first.orch.delete('r')).rejects.toMatchObject({ code: 'ORCH_RUN_UNFINISHED' });
    expect(await first.backend.holder('r')).toBeUndefined();
  });

  it('of one version only refuses any other, and lets go of it', async () => {
    const first = bench();
    await first.orch.execute(one, { runId: 'r' }).outputs();
    const { version } = await versionOf(first);
    await first.orch.recover('r', { workflow: one, from: 'a' }).outputs();
    await expect(first.orch.delete('r', { unfinished: true, version })).rejects.toMatchObject({
      code: 'ORCH_RUN_UNFINISHED',
      message: expect.stringContaining('taken up meanwhile'),
    });
    expect(await first.backend.holder('r')).toBeUndefined();
    await first.orch.delete('r', await versionOf(first));
    await expect(first.orch.show('r')).rejects.toMatchObject({ code: 'ORCH_RUN_UNKNOWN' });
  });

  it('close waits for it', async () => {
    const inner = memoryBackend();
    const order: string[] = [];
    const { orch } = bench({
      backend: {
        ...inner,
        async delete(run, fence) {
          await settled();
          await inner.delete(run, fence);
          order.push('deleted');
        },
      },
    });
    await orch.execute(one, { runId: 'r' }).outputs();
    const deleting = orch.delete('r');
    await orch.close();
    order.push('closed');
    await deleting;
    expect(order).toEqual(['deleted', 'closed']);
  });
});
