import { expect, it } from 'vitest';
import type { Plugin } from '../../src/hooks/plugin.ts';
import { workflow } from '../../src/spec/workflow.ts';
import { bench, probeWork, settled } from './bench.ts';

it('taps get the options of a phase as their schema gives them, the defaults of the workflow included', async () => {
  const seen: unknown[] = [];
  const doubled = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value: unknown) => ({ value: Number(value) * 2 }),
      jsonSchema: { input: () => ({ type: 'number' }) },
    },
  } as const;
  const plugin: Plugin = {
    name: 'p',
    contract: 1,
    apply({ hooks, phaseOption }) {
      const [own, other] = [phaseOption('weight', doubled), phaseOption('height', doubled)];
      hooks.beforePhase.tap('p', (phase) => void seen.push(phase.option(own), phase.option(other)));
    },
  };
  const { orch, probe } = bench({ plugins: [plugin] });
  orch.execute(workflow('w').phase('a', { run: probeWork, options: [{ option: 'weight', value: 4 }] }));
  await settled();
  expect(seen).toEqual([8, undefined]);
  expect(probe.last('a').attempt.options).toEqual({ weight: 4 });
});
