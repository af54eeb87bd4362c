import { dictionary } from '../json.ts';
import { isObject } from './plan-keys.ts';
import type { Finding } from './workflow-spec.ts';

const dependencyCodes: ReadonlySet<string> = new Set([
  'ORCH_PLAN_UNKNOWN_DEP',
  'ORCH_PLAN_SELF_DEP',
  'ORCH_PLAN_CYCLE',
]);
const workCodes: ReadonlySet<string> = new Set([
  'ORCH_PLAN_NO_WORK',
  'ORCH_PLAN_TWO_WORKS',
  'ORCH_PLAN_COMMAND_NOT_FOUND',
  'ORCH_PLAN_COMMAND_SYNTAX',
  'ORCH_PLAN_COMMAND_EXPRESSION',
  'ORCH_PLAN_CWD',
]);

/**
 * The map that the founding specification's `validate` answers: `{"<phase>_deps": true, "<phase>_cmd": true}`, without a
 * prototype. Here each phase has both keys.
 *
 * @param plan the value of the plan file, or a specification: a plan with errors has no specification, and its phases
 * want to be in the map all the same
 */
export function foundingChecks(plan: unknown, findings: readonly Finding[]): Record<string, boolean> {
  const phases = isObject(plan) && Object.hasOwn(plan, 'phases') && Array.isArray(plan['phases']) ? plan['phases'] : [];
  const badDependencies = new Set<unknown>();
  const badWork = new Set<unknown>();
  for (const { code, severity, path, related = [] } of findings) {
    const [list, index, key] = path;
    if (severity !== 'error' || list !== 'phases' || index === undefined) continue;
    if (dependencyCodes.has(code) || key === 'depends_on') {
      badDependencies.add(index);
      if (code === 'ORCH_PLAN_CYCLE') for (const it of related) badDependencies.add(it.path[1]);
    }
    if (workCodes.has(code) || key === 'command') badWork.add(index);
  }
  const checks = dictionary<boolean>();
  phases.forEach((phase: unknown, index) => {
    const name = isObject(phase) && Object.hasOwn(phase, 'name') ? phase['name'] : undefined;
    if (typeof name !== 'string') return;
    checks[`${name}_deps`] = !badDependencies.has(index);
    checks[`${name}_cmd`] = !badWork.has(index);
  });
  return checks;
}
