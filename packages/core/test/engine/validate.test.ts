import { expect, it } from 'vitest';
import { validateWorkflow } from '../../src/engine/validate.ts';
import type { Executor } from '../../src/executor/executor.ts';

it('tells no more findings of an executor than of a plan', async () => {
  const finding = {
    code: 'ORCH_PLAN_CWD',
    severity: 'error',
    message: 'no folder',
    path: ['cwd'],
    phase: 'a',
  } as const;
  const executor: Executor = {
    check: async () => Array.from({ length: 20_000 }, () => finding),
    execute: async () => ({ status: 'completed' }),
  };
  const spec = { id: 'w', phases: [{ name: 'a', kind: 'probe' }] };
  const found = await validateWorkflow(spec, {
    phaseKeys: { options: new Map(), kinds: new Set(['probe']) },
    executors: new Map([['probe', executor]]),
    language: undefined,
  });
  expect(found).toHaveLength(10_001);
  expect(found[0]).toMatchObject({ path: ['phases', 0, 'cwd'] });
  expect(found.at(-1)).toMatchObject({ code: 'ORCH_PLAN_LIMIT' });
});
