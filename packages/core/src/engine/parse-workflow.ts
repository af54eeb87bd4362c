import { systemClock } from '../clock.ts';
import { loadPlugins } from '../hooks/plugin-host.ts';
import type { Plugin } from '../hooks/plugin.ts';
import { parsePlan } from '../spec/parse-plan.ts';
import type { ParsedPlan } from '../spec/parse-plan.ts';

/**
 * Turns a plan (an object as JSON gives it, with the keys of plan files) into a workflow, with everything that is wrong
 * with it at once. The plugins say which keys and kinds of work there are.
 */
export function parseWorkflow(
  plan: unknown,
  { plugins = [] }: { readonly plugins?: readonly Plugin[] } = {},
): ParsedPlan {
  const silent = { info: () => undefined, warn: () => undefined };
  const { phaseKeys } = loadPlugins(plugins, { clock: systemClock, random: Math.random, log: silent });
  return parsePlan(plan, phaseKeys);
}
