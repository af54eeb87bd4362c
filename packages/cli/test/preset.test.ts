import { Orchestrator, parseWorkflow } from '@orch/core';
import { expect, test } from 'vitest';
import { defaultPreset } from '../src/preset.ts';
import { Playground } from './orch-process.ts';

test('the preset runs a plan from a script as the command does', async () => {
  using ground = new Playground();
  const preset = defaultPreset({ stateDirectory: ground.path('state') });
  const plan = { workflow_id: 'demo', phases: [{ name: 'a', command: 'echo $ORCH_PHASE > out' }] };
  const { workflow, findings } = parseWorkflow(plan, { plugins: preset.plugins ?? [] });
  expect(findings).toEqual([]);
  if (workflow === undefined) throw new Error('the plan is not valid');
  await using orchestrator = new Orchestrator(preset);
  const result = await orchestrator.execute(workflow, { runId: 'one', directory: ground.folder }).result();
  expect(result.status).toBe('completed');
  expect(ground.read('out')).toBe('a\n');
  expect(await ground.json('list', '--json', '--state-dir', 'state')).toMatchObject([
    { runId: 'one', status: 'completed' },
  ]);
});
