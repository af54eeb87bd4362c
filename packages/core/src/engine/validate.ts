import type { Executor } from '../executor/executor.ts';
import type { PhaseKeys } from '../spec/phase-keys.ts';
import { checkExpressions, specNames } from '../spec/check-expressions.ts';
import type { Language } from '../spec/language.ts';
import { findingList } from '../spec/finding-list.ts';
import { validateSpec } from '../spec/validate-spec.ts';
import { loadLanguage } from './rules.ts';
import { optionsOf, timeoutOf } from '../spec/workflow-spec.ts';
import type { Finding, WorkflowSpec } from '../spec/workflow-spec.ts';

export interface ValidateParts {
  readonly phaseKeys: PhaseKeys;
  readonly executors: ReadonlyMap<string, Executor>;
  readonly language: Language | undefined;
}

/** Everything that is wrong with a workflow, on this machine too: executors look for missing programs and the like. */
export async function validateWorkflow(
  spec: WorkflowSpec,
  { phaseKeys, executors, language }: ValidateParts,
): Promise<readonly Finding[]> {
  const findings = findingList();
  for (const finding of validateSpec(spec, phaseKeys)) findings.push(finding);
  const loaded = await loadLanguage(spec, { language, phaseKeys });
  if (loaded !== undefined) checkExpressions(spec, phaseKeys, loaded, specNames, findings);
  const indexOf = new Map(spec.phases.map(({ name }, index) => [name, index]));
  for (const [kind, executor] of executors) {
    const phases = spec.phases
      .filter((phase) => phase.kind === kind)
      .map((phase) => ({
        phase: phase.name,
        options: optionsOf(spec, phase),
        dependent: (phase.dependsOn ?? []).length > 0,
        judged: phase.output !== undefined || phase.failWhen !== undefined,
        ...timeoutPart(timeoutOf(spec, phase)),
      }));
    if (phases.length === 0) continue;
    for (const { phase, path, ...finding } of (await executor.check?.(phases)) ?? [])
      findings.push({ ...finding, path: ['phases', indexOf.get(phase) ?? 0, ...path] });
  }
  return findings.read();
}

function timeoutPart(timeoutMs: number | undefined): { readonly timeoutMs?: number } {
  return timeoutMs === undefined ? {} : { timeoutMs };
}
