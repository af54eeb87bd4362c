import type { Json } from '../json.ts';
import { didYouMean } from './did-you-mean.ts';
import type { FindingSink } from './finding-list.ts';
import { outcomeVariables, scopeVariables } from './language.ts';
import type { Expression, LoadedLanguage, Variable } from './language.ts';
import type { PhaseKeys } from './phase-keys.ts';
import { quote } from './quote.ts';
import { isTemplate, parseTemplate } from './template.ts';
import type { Finding, PhaseSpec, WorkflowSpec } from './workflow-spec.ts';

type Path = Finding['path'];

/** How keys are called where the workflow was written. */
export interface KeyNames {
  readonly failWhen: string;
  readonly dependsOn: string;
  /** Where the options of plugins stand in a phase. */
  readonly options: readonly string[];
}

export const planNames: KeyNames = { failWhen: 'fail_when', dependsOn: 'depends_on', options: [] };
export const specNames: KeyNames = { failWhen: 'failWhen', dependsOn: 'dependsOn', options: ['options'] };

/** One expression of a workflow, and where it stands. */
export interface ExpressionUse {
  readonly source: string;
  readonly path: Path;
  readonly variables: readonly Variable[];
  /** Whether its value may hold secrets. */
  readonly secrets: boolean;
}

/** Whether anything in a workflow has to be compiled. */
export function needsLanguage(spec: WorkflowSpec, keys: PhaseKeys): boolean {
  const inOptions = (options: PhaseSpec['options']): boolean =>
    options !== undefined && optionUses(options, keys, []).next().done !== true;
  return (
    inOptions(spec.defaults?.options) ||
    spec.phases.some(
      ({ if: condition, failWhen, output, options }) =>
        typeof condition === 'string' ||
        typeof failWhen === 'string' ||
        (output?.schema !== undefined && output.schema !== true) ||
        inOptions(options),
    )
  );
}

/** Adds what is wrong with expressions, templates and JSON Schemas. */
export function checkExpressions(
  spec: WorkflowSpec,
  keys: PhaseKeys,
  language: LoadedLanguage,
  names: KeyNames,
  findings: FindingSink,
): void {
  const known = new Set(spec.phases.map(({ name }) => name));
  const check: Check = { spec, language, known, names, findings, compiled: new Map() };
  for (const use of optionUses(spec.defaults?.options, keys, ['defaults', ...names.options]))
    checkUse(check, 'defaults', undefined, use);
  for (const [index, phase] of spec.phases.entries()) {
    const label = `Phase ${quote(phase.name)}`;
    for (const use of usesOf(phase, index, keys, names)) checkUse(check, label, phase, use);
    const { output } = phase;
    if (output?.schema === undefined || output.schema === true) continue;
    const made = language.schema(output.schema);
    if (!('problem' in made)) continue;
    const path = ['phases', index, 'output', 'schema', ...(made.path ?? [])];
    report(
      check,
      'ORCH_PLAN_SCHEMA',
      path,
      `${label}: the schema of its output can't be used: ${made.problem}.`,
      'The README of @orch/plan lists the keywords that are carried out.',
    );
  }
}

/** The expressions of a phase. */
function* usesOf(phase: PhaseSpec, index: number, keys: PhaseKeys, names: KeyNames): Generator<ExpressionUse> {
  const path = ['phases', index];
  const { if: condition, failWhen, options } = phase;
  if (typeof condition === 'string')
    yield { source: condition, path: [...path, 'if'], variables: scopeVariables, secrets: true };
  if (typeof failWhen === 'string')
    yield { source: failWhen, path: [...path, names.failWhen], variables: outcomeVariables, secrets: true };
  yield* optionUses(options, keys, [...path, ...names.options]);
}

function* optionUses(options: PhaseSpec['options'], keys: PhaseKeys, path: Path): Generator<ExpressionUse> {
  for (const key of Object.keys(options ?? {})) {
    const value = options![key]!;
    const owned = keys.options.get(key);
    if (owned === undefined) continue;
    for (const place of owned.expressions?.(value) ?? [])
      yield { source: place.source, path: [...path, key, ...place.path], variables: outcomeVariables, secrets: true };
    if (owned.templates?.(value) === true)
      yield* templateUses(value, [...path, key], { variables: scopeVariables, secrets: owned.secrets === true });
  }
}

function* templateUses(
  value: Json,
  path: Path,
  how: Pick<ExpressionUse, 'variables' | 'secrets'>,
): Generator<ExpressionUse> {
  if (typeof value === 'string') {
    if (!isTemplate(value)) return;
    const parts = parseTemplate(value);
    // What can't be split is an expression of its own that is wrong.
    if ('problem' in parts) yield { source: '', path, ...how };
    else for (const part of parts) if (typeof part !== 'string') yield { source: part.source, path, ...how };
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value))
    for (const [at, item] of (value as readonly Json[]).entries()) yield* templateUses(item, [...path, at], how);
  else for (const [key, item] of Object.entries(value)) yield* templateUses(item as Json, [...path, key], how);
}

interface Check {
  readonly spec: WorkflowSpec;
  readonly language: LoadedLanguage;
  readonly known: ReadonlySet<string>;
  readonly names: KeyNames;
  readonly findings: FindingSink;
  /** A plan that was generated has the same expression in many phases. */
  readonly compiled: Map<string, ReturnType<LoadedLanguage['expression']>>;
}

function checkUse(check: Check, label: string, phase: PhaseSpec | undefined, use: ExpressionUse): void {
  const { source, path, variables, secrets } = use;
  if (source === '')
    return report(
      check,
      'ORCH_PLAN_EXPRESSION',
      path,
      `${label}: \`\${{\` is not closed, or has nothing in it.`,
      'As in "${{ inputs.version }}".',
    );
  const id = `${variables.length}:${source}`;
  let made = check.compiled.get(id);
  if (made === undefined) check.compiled.set(id, (made = check.language.expression(source, variables)));
  if ('problem' in made)
    return report(
      check,
      'ORCH_PLAN_EXPRESSION',
      path,
      `${label}: the expression ${quote(source)} is wrong: ${made.problem}.`,
      "As in inputs.deploy && outputs.plan.risk == 'high'; the README of @orch/plan has the language.",
    );
  checkReferences(check, label, phase, { made, path, secrets });
}

function checkReferences(
  check: Check,
  label: string,
  phase: PhaseSpec | undefined,
  { made, path, secrets }: { readonly made: Expression; readonly path: Path; readonly secrets: boolean },
): void {
  for (const [variable, name] of made.references) {
    if (variable === 'inputs') checkInput(check, label, { name, path, secrets });
    if ((variable === 'outputs' || variable === 'phases') && name !== undefined && phase !== undefined)
      checkDependency(check, label, phase, { variable, name, path });
  }
}

function checkInput(
  check: Check,
  label: string,
  { name, path, secrets }: { readonly name: string | undefined; readonly path: Path; readonly secrets: boolean },
): void {
  const { spec } = check;
  const known = spec.inputs ?? {};
  // What a workflow in TypeScript has of inputs, only its schema knows.
  const isKnown = spec.inputs !== undefined || check.names === planNames;
  if (name !== undefined && isKnown && !Object.hasOwn(known, name)) {
    const meant = didYouMean(name, Object.keys(known));
    const hint = meant === undefined ? 'Declare it under inputs.' : `Did you mean ${meant}?`;
    return report(
      check,
      'ORCH_PLAN_EXPRESSION',
      path,
      `${label} reads the input ${quote(name)}, which there is not.`,
      hint,
    );
  }
  const isSecret = name === undefined ? (spec.secrets ?? []).length > 0 : spec.secrets?.includes(name) === true;
  if (!isSecret || secrets) return;
  const what = name === undefined ? 'all inputs, secret ones too' : `the secret input ${quote(name)}`;
  const hint = 'Arguments and folders are seen in the list of processes: hand it over in env.';
  report(check, 'ORCH_PLAN_SECRET', path, `${label} reads ${what} where others can see it.`, hint);
}

function checkDependency(
  check: Check,
  label: string,
  phase: PhaseSpec,
  { variable, name, path }: { readonly variable: string; readonly name: string; readonly path: Path },
): void {
  if (phase.dependsOn?.includes(name) === true) return;
  const { known, names } = check;
  const meant = known.has(name) ? undefined : didYouMean(name, phase.dependsOn ?? []);
  const hint = known.has(name)
    ? `Add ${quote(name)} to ${names.dependsOn}.`
    : meant === undefined
      ? 'There is no phase of this name.'
      : `Did you mean ${quote(meant)}?`;
  report(
    check,
    'ORCH_PLAN_EXPRESSION',
    path,
    `${label} reads ${variable} of ${quote(name)}, on which it does not depend.`,
    hint,
  );
}

function report({ findings }: Check, code: Finding['code'], path: Path, message: string, hint: string): void {
  findings.push({ code, severity: 'error', message, path, hint });
}
