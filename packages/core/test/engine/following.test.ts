import { describe, expect, it } from 'vitest';
import { bench, probes, settled } from './bench.ts';

describe('following a journal', () => {
  it('lets others work while a message waits in the inbox', async () => {
    const { orch, backend, clock } = bench();
    const handle = orch.execute(probes('a'), { runId: 'r' });
    await settled();
    const seen: string[] = [];
    const followed = (async () => {
      for await (const { type } of orch.events('r', { follow: true })) seen.push(type);
    })();
    await backend.post('r', { id: 'm', body: { type: 'cancel', by: 'her' } });
    await settled();
    await clock.advance(2_000);
    expect(await handle.result()).toMatchObject({ status: 'cancelled' });
    await clock.advance(2_000);
    await followed;
    expect(seen.at(-1)).toBe('run.cancelled');
  });

  it('ends when the driver was killed: nothing changes any more, and nobody says so', async () => {
    const first = bench();
    first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    const second = first.next();
    let ended = false;
    const followed = (async () => {
      for await (const { type } of second.orch.events('r', { follow: true })) expect(type).toBeTypeOf('string');
      ended = true;
    })();
    await settled();
    expect(ended).toBe(false);
    first.kill();
    await second.clock.advance(2_000);
    await followed;
  });
});
