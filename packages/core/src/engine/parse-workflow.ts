import { systemClock } from '../clock.ts';
import { loadPlugins } from '../hooks/plugin-host.ts';
import type { Plugin } from '../hooks/plugin.ts';
import { checkExpressions, needsLanguage, planNames } from '../spec/check-expressions.ts';
import { findingList } from '../spec/finding-list.ts';
import type { Language } from '../spec/language.ts';
import { parsePlan } from '../spec/parse-plan.ts';
import type { ParsedPlan } from '../spec/parse-plan.ts';
import type { PhaseKeys } from '../spec/phase-keys.ts';
import type { JsonSchema } from '../spec/plan-keys.ts';
import { planSchemaOf } from '../spec/plan-schema.ts';
import type { SchemaDraft } from '../spec/plan-schema.ts';
import type { Workflow } from '../spec/workflow.ts';
import type { Finding } from '../spec/workflow-spec.ts';

/**
 * Turns a plan (an object as JSON gives it, with the keys of plan files) into a workflow, with everything that is wrong
 * with it at once. The plugins say which keys and kinds of work there are.
 */
export function parseWorkflow(
  plan: unknown,
  { plugins = [] }: { readonly plugins?: readonly Plugin[] } = {},
): ParsedPlan {
  return parsePlan(plan, keysOf(plugins));
}

/**
 * What is wrong with the expressions and JSON Schemas of a workflow that came from a plan: paths are those of the plan. The
 * language is loaded only where there is something to compile.
 */
export async function checkPlanExpressions(
  { definition: { spec } }: Workflow,
  { plugins = [], language }: { readonly plugins?: readonly Plugin[]; readonly language: Language },
): Promise<readonly Finding[]> {
  const phaseKeys = keysOf(plugins);
  if (!needsLanguage(spec, phaseKeys)) return [];
  const findings = findingList();
  checkExpressions(spec, phaseKeys, await language.load(), planNames, findings);
  return findings.read();
}

/**
 * The JSON Schema of plan files, with the keys that these plugins own. Editors complete plans by it; `parseWorkflow` knows
 * more.
 */
export function planSchema({
  plugins = [],
  draft = '2020-12',
}: { readonly plugins?: readonly Plugin[]; readonly draft?: SchemaDraft } = {}): JsonSchema {
  return planSchemaOf(keysOf(plugins), draft);
}

function keysOf(plugins: readonly Plugin[]): PhaseKeys {
  const silent = { info: () => undefined, warn: () => undefined };
  return loadPlugins(plugins, { clock: systemClock, random: Math.random, log: silent }).phaseKeys;
}
