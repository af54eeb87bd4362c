import { expect, it } from 'vitest';
import { orchError } from '../../src/errors/orch-error.ts';
import type { Executor } from '../../src/executor/executor.ts';
import type { Plugin } from '../../src/hooks/plugin.ts';
import { workflow } from '../../src/spec/workflow.ts';
import { bench, settled } from './bench.ts';

it('an attempt whose state finds no room ends no phase: the run is left, and recovered once there is room', async () => {
  let isFull = true;
  const executor: Executor = {
    async execute() {
      if (isFull) throw orchError({ code: 'ORCH_BACKEND_UNAVAILABLE', message: 'No space left.' });
      return { status: 'completed' };
    },
    adopt: async () => ({ gone: true }),
  };
  const disk: Plugin = { name: 'disk', contract: 1, apply: (host) => host.executor('disk', executor) };
  const { orch, types } = bench({ plugins: [disk] });
  const flow = workflow('w').phase('a', { run: { kind: 'disk', options: {} } });
  const handle = orch.execute(flow);
  await expect(handle.result()).rejects.toMatchObject({ code: 'ORCH_BACKEND_UNAVAILABLE' });
  expect((await types(handle.runId)).at(-1)).toBe('phase.started');
  isFull = false;
  expect(await orch.recover(handle.runId, { workflow: flow }).result()).toMatchObject({ status: 'completed' });
});

it('an attempt that was lost sight of after it was adopted ends no phase either', async () => {
  let isLost = true;
  const executor: Executor = {
    execute: () => new Promise(() => {}),
    async adopt() {
      const lost = orchError({ code: 'ORCH_BACKEND_UNAVAILABLE', message: 'Too many open files.' });
      return { outcome: isLost ? Promise.reject(lost) : Promise.resolve({ status: 'completed' }) };
    },
  };
  const disk: Plugin = { name: 'disk', contract: 1, apply: (host) => host.executor('disk', executor) };
  const first = bench({ plugins: [disk] });
  const flow = workflow('w').phase('a', { run: { kind: 'disk', options: {} } });
  const { runId } = first.orch.execute(flow);
  await settled();
  first.kill();
  const second = first.next({ plugins: [disk] });
  const recovered = second.orch.recover(runId, { workflow: flow });
  await expect(recovered.result()).rejects.toMatchObject({ code: 'ORCH_BACKEND_UNAVAILABLE' });
  expect((await second.types(runId)).at(-1)).toBe('phase.adopted');
  isLost = false;
  const again = second.orch.recover(runId, { workflow: flow });
  expect(await again.result()).toMatchObject({ status: 'completed' });
  expect((await second.types(runId)).filter((type) => type === 'phase.started')).toHaveLength(1);
});
