import { workflow } from '@orch/core';
import type { Plugin } from '@orch/core/author';
import { describe, expect, test } from 'vitest';
import { pluginCases, pluginConformance, runPluginCase } from '../src/index.ts';
import type { PluginUnderTest } from '../src/index.ts';
import { pluggingMutants, soundPlugin } from './mutants/plugging.ts';
import { outcomeOf } from './outcome-of.ts';

function underTest(plugin: Plugin): PluginUnderTest {
  const fails = (): never => {
    throw new Error('it fails');
  };
  return {
    plugin,
    options: { again: { takes: [0, 3], refuses: [-1, '3', null] } },
    workflow: workflow('w').phase('bad', { run: fails, options: [{ option: 'again', value: 1 }] }),
  };
}

describe('a sound plugin', () => pluginConformance({ test, create: () => underTest(soundPlugin()) }));

test.each(pluggingMutants)('$by catches: $mistake', async ({ by, make }) => {
  const one = pluginCases.find(({ id }) => id === by);
  const made = make();
  const run = runPluginCase(one!, () => underTest('plugin' in made ? made.plugin : soundPlugin(made)));
  expect(await outcomeOf(run)).toBe('failed');
});
