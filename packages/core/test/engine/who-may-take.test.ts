import { describe, expect, it } from 'vitest';
import type { Backend } from '../../src/backend/backend.ts';
import { bench, killedRun, ownerNumber, probes, settled } from './bench.ts';

describe('who may take a run up', () => {
  it('nobody while its owner lives; the error says who and since when', async () => {
    const first = bench();
    first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    const second = first.next();
    await expect(second.orch.recover('r').result()).rejects.toMatchObject({
      code: 'ORCH_RUN_OWNED',
      message: expect.stringMatching(/process 1 on here since 1970-/),
    });
    await expect(second.orch.execute(probes('a'), { runId: 'r' }).result()).rejects.toMatchObject({
      code: 'ORCH_RUN_OWNED',
    });
  });

  it('not even when the lease is old: a stopped process holds its run', async () => {
    const first = bench();
    first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    const second = first.next();
    // Time passes for the backend, but the first process is stopped and renews nothing.
    first.kill();
    first.machine.dead.clear();
    await second.clock.advance(100_000);
    expect(await second.backend.holder('r')).toMatchObject({ expired: true });
    await expect(second.orch.recover('r').result()).rejects.toMatchObject({ code: 'ORCH_RUN_OWNED' });
  });

  it('whoever takes it over by force: the owner is killed first', async () => {
    const first = bench();
    const old = first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    const second = first.next();
    second.orch.recover('r', { takeOver: true });
    await settled();
    expect(first.machine.dead.has(1)).toBe(true);
    first.probe.last('a').end();
    await expect(old.result()).rejects.toMatchObject({ code: 'ORCH_RUN_LOST' });
    expect((await second.types('r')).at(-1)).toBe('phase.adopted');
  });

  it('nobody over an owner that can not be killed', async () => {
    const first = bench();
    first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    const stubborn = { ...first.machine.host(2), end: async () => false };
    await expect(first.next({ host: stubborn }).orch.recover('r', { takeOver: true }).result()).rejects.toMatchObject({
      code: 'ORCH_RUN_TAKE_OVER',
    });
  });

  it('another host once the lease has run out', async () => {
    const first = await killedRun();
    const { machine } = first;
    const elsewhere = first.next({
      host: { ...machine.host(9), owner: { ...ownerNumber(9), machine: 'other' }, look: () => 'unknown' },
    });
    await expect(elsewhere.orch.recover('r').result()).rejects.toMatchObject({ code: 'ORCH_RUN_OWNED' });
    await elsewhere.clock.advance(30_001);
    elsewhere.orch.recover('r');
    await settled();
    expect(await elsewhere.types('r')).toContain('phase.adopted');
  });

  it('another host only if the lease is still old when it is taken, whatever it was when it was looked at', async () => {
    const first = await killedRun();
    const asked: unknown[] = [];
    const acquire: Backend['acquire'] = (run, taking) => {
      asked.push([taking.overEpoch, taking.ifExpired]);
      return first.backend.acquire(run, taking);
    };
    const backend = { ...first.backend, acquire };
    const unseen = { ...first.machine.host(9), look: () => 'unknown' as const };
    await first.clock.advance(30_001);
    first.next({ backend, host: unseen }).orch.recover('r');
    await settled();
    expect(asked).toEqual([
      [undefined, undefined],
      [1, true],
    ]);
  });

  it('one of two that try at once', async () => {
    const first = await killedRun();
    const second = first.next();
    const third = second.next();
    const results = [second.orch.recover('r').result(), third.orch.recover('r').result()].map((it) =>
      it.catch((error: { code: string }) => error.code),
    );
    await settled();
    const winner = second.probe.calls.length > 0 ? second : third;
    winner.probe.last('a').end();
    await settled();
    winner.probe.last('b').end();
    expect((await Promise.all(results)).map((it) => (typeof it === 'string' ? it : it.status)).toSorted()).toEqual([
      'ORCH_RUN_OWNED',
      'completed',
    ]);
    expect([...second.probe.calls, ...third.probe.calls]).toHaveLength(2);
  });
});
