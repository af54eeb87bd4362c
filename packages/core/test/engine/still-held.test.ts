import { describe, expect, it } from 'vitest';
import { memoryBackend } from '../../src/backend/memory-backend.ts';
import { bench, probes, settled } from './bench.ts';

describe('an executor that asks whether its attempt is still in the hands of this process', () => {
  it('hears yes while the run is driven here, no once it is let go', async () => {
    const { orch, probe } = bench();
    const handle = orch.execute(probes('a', 'b'));
    await settled();
    const [a, b] = [probe.last('a'), probe.last('b')];
    expect(await a.context.holds()).toBe(true);
    a.end();
    await settled();
    expect([await a.context.holds(), await b.context.holds()]).toEqual([false, true]);
    await handle.detach();
    expect(await b.context.holds()).toBe(false);
  });

  it('hears no where another process took the run over, which nobody here had noticed', async () => {
    const inner = memoryBackend();
    let renewed = true;
    const first = bench({ backend: { ...inner, renew: async () => renewed } });
    const lost = expect(first.orch.execute(probes('a')).result()).rejects.toMatchObject({ code: 'ORCH_RUN_LOST' });
    await settled();
    renewed = false;
    first.clock.jump(600_000);
    expect(await first.probe.last('a').context.holds()).toBe(false);
    await lost;
  });

  it('hears yes of an attempt that it adopted', async () => {
    const first = bench();
    first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    first.kill();
    const second = first.next();
    const handle = second.orch.recover('r');
    await settled();
    expect(await second.probe.last('a').context.holds()).toBe(true);
    await handle.detach();
    expect(await second.probe.last('a').context.holds()).toBe(false);
  });
});
