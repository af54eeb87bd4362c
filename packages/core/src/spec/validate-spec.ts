import type { ErrorCode } from '../errors/codes.ts';
import { checkGraph } from './check-graph.ts';
import { didYouMean } from './did-you-mean.ts';
import { findingList, type FindingSink } from './finding-list.ts';
import { issueHint, issueLabel, issuePath, optionIssues, wellKnownOwner, type PhaseKeys } from './phase-keys.ts';
import { checkAfter } from './parse-rules.ts';
import { phaseNameProblem } from './phase-name.ts';
import { maxPhases } from './plan-keys.ts';
import { quote } from './quote.ts';
import { workflowIdPattern, type Finding, type PhaseSpec, type WorkflowSpec } from './workflow-spec.ts';

type Path = Finding['path'];
type Options = PhaseSpec['options'];

/**
 * The rules of plans for a specification that did not come from one: built in TypeScript, or read from a journal. Paths
 * are those of the specification, as in `['phases', 3, 'dependsOn', 0]`.
 */
export function validateSpec(spec: WorkflowSpec, keys: PhaseKeys): readonly Finding[] {
  const findings = findingList();
  const { id, phases, defaults } = spec;
  if (!workflowIdPattern.test(id)) report(findings, 'ORCH_PLAN_TYPE', ['id'], `${quote(id)} is no workflow id.`);
  if (phases.length === 0)
    report(findings, 'ORCH_PLAN_TYPE', ['phases'], `Workflow ${quote(id)} has no phases.`, 'Add at least one phase.');
  if (phases.length > maxPhases) {
    const message = `Workflow ${quote(id)} has ${phases.length} phases; ${maxPhases} are the most.`;
    report(findings, 'ORCH_PLAN_LIMIT', ['phases'], message, 'Split it into several workflows.');
    return findings.read();
  }
  checkNumbers(spec, findings);
  checkOptions('The defaults', ['defaults', 'options'], defaults?.options, keys, new Set(), findings);
  for (let index = 0; index < phases.length; index++) checkPhase(phases[index]!, index, keys, findings);
  checkGraph(phases, 'dependsOn', findings);
  return findings.read();
}

function checkNumbers(
  { concurrency, checkpointInterval, timeoutMs, defaults }: WorkflowSpec,
  findings: FindingSink,
): void {
  const numbers: readonly (readonly [path: Path, value: number | undefined])[] = [
    [['concurrency'], concurrency],
    [['checkpointInterval'], checkpointInterval],
    [['timeoutMs'], timeoutMs],
    [['defaults', 'timeoutMs'], defaults?.timeoutMs],
  ];
  for (const [path, value] of numbers) checkNumber(path.join('.'), path, value, findings);
}

function checkNumber(label: string, path: Path, value: number | undefined, findings: FindingSink): void {
  if (isFromOneUp(value)) return;
  report(findings, 'ORCH_PLAN_TYPE', path, `${label} must be a whole number from 1 up, not ${String(value)}.`);
}

function isFromOneUp(value: number | undefined): boolean {
  return value === undefined || (Number.isSafeInteger(value) && value >= 1);
}

function checkPhase(
  { name, kind, timeoutMs, options, after, dependsOn }: PhaseSpec,
  index: number,
  keys: PhaseKeys,
  findings: FindingSink,
): void {
  const problem = phaseNameProblem(name);
  const isKnown = kind === 'function' || keys.kinds.has(kind);
  // Almost always: nothing is made for a phase of which there is nothing to say.
  if (problem === undefined && isFromOneUp(timeoutMs) && isKnown && options === undefined && after === undefined)
    return;
  const path = ['phases', index];
  const label = name === '' ? `Phase number ${index + 1}` : `Phase ${quote(name)}`;
  if (problem !== undefined) report(findings, 'ORCH_PLAN_TYPE', [...path, 'name'], `${label}: its name ${problem}.`);
  checkNumber(`${label}: timeoutMs`, [...path, 'timeoutMs'], timeoutMs, findings);
  const missing = new Set<string>();
  if (!isKnown) {
    const owner = wellKnownOwner(kind);
    if (owner !== undefined) missing.add(owner);
    const message = `${label} is of the kind ${quote(kind)}, which no loaded plugin carries out.`;
    report(findings, 'ORCH_PLUGIN_MISSING', [...path, 'kind'], message, pluginHint(owner));
  }
  if (after !== undefined) checkAfter(after, dependsOn, { label, path, findings });
  checkOptions(label, [...path, 'options'], options, keys, missing, findings);
}

/** @param missing plugins that were named already: one finding a phase for each is enough */
function checkOptions(
  label: string,
  path: Path,
  options: Options,
  keys: PhaseKeys,
  missing: Set<string>,
  findings: FindingSink,
): void {
  if (options === undefined) return;
  for (const key of Object.keys(options)) {
    const owned = keys.options.get(key);
    if (owned === undefined) {
      const owner = wellKnownOwner(key);
      if (owner !== undefined && missing.has(owner)) continue;
      if (owner !== undefined) missing.add(owner);
      const message = `${label}: no loaded plugin owns the option ${quote(key)}.`;
      report(
        findings,
        'ORCH_PLUGIN_MISSING',
        [...path, key],
        message,
        pluginHint(owner, didYouMean(key, keys.options.keys())),
      );
      continue;
    }
    for (const issue of optionIssues(key, owned, options[key])) {
      const message = `${label}: ${issueLabel(key, issue)}: ${issue.message}`;
      report(
        findings,
        'ORCH_PLAN_TYPE',
        [...path, key, ...issuePath(issue)],
        message,
        issueHint(owned, issue, options[key]),
      );
    }
  }
}

function pluginHint(owner: string | undefined, meant?: string): string {
  if (owner !== undefined) return `Load ${owner}.`;
  return meant === undefined ? 'Load the plugin that brings it.' : `Did you mean ${meant}?`;
}

function report(findings: FindingSink, code: ErrorCode, path: Path, message: string, hint?: string): void {
  findings.push({ code, severity: 'error', message, path, ...(hint === undefined ? {} : { hint }) });
}
