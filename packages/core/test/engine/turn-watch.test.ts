import { expect, it } from 'vitest';
import { workflow } from '../../src/spec/workflow.ts';
import { TestClock, bench, settled } from './bench.ts';

/** A clock that can be moved as a function does that computes: no timer fires meanwhile. */
class BlockedClock extends TestClock {
  #blockedMs = 0;

  block(ms: number): void {
    this.#blockedMs += ms;
  }

  override monotonic(): number {
    return super.monotonic() + this.#blockedMs;
  }
}

it('a function that holds up the event loop for longer than a second is named in a warning', async () => {
  const clock = new BlockedClock();
  const { orch, events, warnings } = bench({ testClock: clock });
  const flow = workflow('w')
    .phase('fast', { run: () => clock.block(200) })
    .phase('slow', { dependsOn: ['fast'], run: () => clock.block(3_000) })
    .phase('later', { dependsOn: ['slow'], run: () => 1 });
  const handle = orch.execute(flow);
  await handle.result();
  const warned = (await events(handle.runId)).filter(({ type }) => type === 'warning');
  expect(warned).toHaveLength(1);
  expect(warnings).toEqual([expect.stringMatching(/^the event loop stood still for 3\.0 s .*"slow"/)]);
});

/** A run of one function that waits until the test ends it. */
async function waiting(work: (clock: BlockedClock) => void = () => {}) {
  const clock = new BlockedClock();
  const { orch, warnings } = bench({ testClock: clock });
  let end = (): void => {};
  const waits = new Promise<void>((resolve) => (end = resolve));
  const handle = orch.execute(workflow('w').phase('waits', { run: () => waits.then(() => work(clock)) }));
  await settled();
  return { clock, handle, warnings, end: () => end() };
}

it('a function that waits is not, however long', async () => {
  const { clock, handle, warnings, end } = await waiting();
  await clock.advance(60_000);
  end();
  await handle.result();
  expect(warnings).toEqual([]);
});

it('one that the run was let go with is not, whenever it settles', async () => {
  const { clock, handle, warnings, end } = await waiting();
  await handle.detach();
  clock.block(5_000);
  end();
  await settled();
  expect(warnings).toEqual([]);
});

it('one that waits and then holds up the event loop is', async () => {
  const { handle, warnings, end } = await waiting((clock) => clock.block(1_500));
  end();
  await handle.result();
  expect(warnings).toEqual([expect.stringContaining('"waits"')]);
});
