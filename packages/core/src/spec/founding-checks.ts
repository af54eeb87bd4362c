import { dictionary } from '../json.ts';
import { phaseNameProblem } from './phase-name.ts';
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

/** A key that may have been meant as the command. */
const keyCodes: ReadonlySet<string> = new Set(['ORCH_PLAN_UNKNOWN_KEY', 'ORCH_PLAN_NOT_SUPPORTED']);

/**
 * The map that the founding specification's `validate` answers: `{"<phase>_deps": true, "<phase>_cmd": true}`, without a
 * prototype. Here each phase that has a usable name has both keys; of phases with one name both have to be right. It is
 * empty where a limit kept phases or findings back: nothing is said to be right that was not looked at.
 *
 * @param plan the value of the plan file, or a specification: a plan with errors has no specification, and its phases
 * want to be in the map all the same
 */
export function foundingChecks(plan: unknown, findings: readonly Finding[]): Record<string, boolean> {
  const phases = phasesOf(plan, findings);
  const badDependencies = new Set<unknown>();
  const badWork = new Set<unknown>();
  for (const { code, severity, path, related = [] } of findings) {
    const [list, index, key] = path;
    if (severity !== 'error' || list !== 'phases' || index === undefined) continue;
    if (dependencyCodes.has(code) || key === 'depends_on') {
      badDependencies.add(index);
      if (code === 'ORCH_PLAN_CYCLE') for (const it of related) badDependencies.add(it.path[1]);
    }
    const hasNoCommand = keyCodes.has(code) && !hasCommand(phases[Number(index)]);
    if (workCodes.has(code) || key === 'command' || hasNoCommand) badWork.add(index);
  }
  const checks = dictionary<boolean>();
  phases.forEach((phase: unknown, index) => {
    const name = isObject(phase) && Object.hasOwn(phase, 'name') ? phase['name'] : undefined;
    if (typeof name !== 'string' || phaseNameProblem(name) !== undefined) return;
    checks[`${name}_deps`] = checks[`${name}_deps`] !== false && !badDependencies.has(index);
    checks[`${name}_cmd`] = checks[`${name}_cmd`] !== false && !badWork.has(index);
  });
  return checks;
}

function phasesOf(plan: unknown, findings: readonly Finding[]): readonly unknown[] {
  const phases = isObject(plan) && Object.hasOwn(plan, 'phases') ? plan['phases'] : undefined;
  // More phases than are read, or more findings than are told.
  const isPartial = findings.some(({ code }) => code === 'ORCH_PLAN_LIMIT');
  return Array.isArray(phases) && !isPartial ? phases : [];
}

function hasCommand(phase: unknown): boolean {
  return isObject(phase) && Object.hasOwn(phase, 'command');
}
