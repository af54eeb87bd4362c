import { checkExpressions, specNames } from '../spec/check-expressions.ts';
import { findingList } from '../spec/finding-list.ts';
import type { LoadedLanguage } from '../spec/language.ts';
import { validateSpec } from '../spec/validate-spec.ts';
import type { WorkflowSpec } from '../spec/workflow-spec.ts';
import { refuseFindings } from './refusals.ts';
import { loadLanguage } from './rules.ts';
import type { EngineParts } from './run-parts.ts';

/** Refuses a definition that is not valid, before anything is written; answers with what evaluates its expressions. */
export async function refuseInvalid(spec: WorkflowSpec, engine: EngineParts): Promise<LoadedLanguage | undefined> {
  const { phaseKeys } = engine;
  refuseFindings(spec, validateSpec(spec, phaseKeys));
  const language = await loadLanguage(spec, engine);
  if (language === undefined) return undefined;
  const findings = findingList();
  checkExpressions(spec, phaseKeys, language, specNames, findings);
  refuseFindings(spec, findings.read());
  return language;
}
