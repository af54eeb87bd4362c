import { dictionary, type Json } from '../json.ts';
import { copyJson } from './copy-json.ts';
import { didYouMean } from './did-you-mean.ts';
import type { FindingSink } from './finding-list.ts';
import { inputProblem, typeNames } from './input-schema.ts';
import { inputKeys } from './data-keys.ts';
import { inputNamePattern, isIgnoredKey, isObject } from './plan-keys.ts';
import { describe, quote } from './quote.ts';
import type { Finding, InputSpec, InputType, PhaseSpec } from './workflow-spec.ts';

type Path = Finding['path'];
type Writable<T> = { -readonly [K in keyof T]: T[K] };

const types = Object.keys(typeNames) as readonly InputType[];

/** The inputs that a plan declares. */
export function parseInputs(
  given: { readonly [name: string]: unknown },
  findings: FindingSink,
): { readonly [name: string]: InputSpec } {
  const specs = dictionary<InputSpec>();
  const variables = new Map<string, string>();
  for (const name of Object.keys(given)) {
    const path = ['inputs', name];
    if (!inputNamePattern.test(name)) {
      report(findings, path, `${quote(name)} is no name of an input.`, nameHint);
      continue;
    }
    const twin = variables.get(name.toUpperCase());
    variables.set(name.toUpperCase(), name);
    if (twin !== undefined)
      report(
        findings,
        path,
        `The inputs ${twin} and ${name} have the same variable.`,
        'Give one of them another name.',
      );
    const spec = parseInput(name, given[name], path, findings);
    if (spec !== undefined) specs[name] = spec;
  }
  return specs;
}

const nameHint = 'A name has 1 to 64 characters out of A-Z a-z 0-9 _ and begins with none of the digits.';

/** Names of the inputs that are secret. */
export function secretNames(inputs: { readonly [name: string]: InputSpec }): readonly string[] {
  return Object.keys(inputs).filter((name) => inputs[name]!.secret === true);
}

/** Warns of inputs that nothing in the plan reads. Programs that it starts may: their texts are not here to be seen. */
export function noteUnused(
  inputs: { readonly [name: string]: InputSpec },
  phases: readonly PhaseSpec[],
  findings: FindingSink,
): void {
  const text = JSON.stringify(phases);
  if (text.includes('ORCH_INPUTS') || /\binputs\s*(\[|[^.\w\s[])/.test(text)) return;
  for (const name of Object.keys(inputs)) {
    if (text.includes(`ORCH_INPUT_${name.toUpperCase()}`) || new RegExp(`\\binputs\\.${name}\\b`).test(text)) continue;
    findings.push({
      code: 'ORCH_PLAN_UNUSED_INPUT',
      severity: 'warning',
      message: `Nothing in the plan reads the input ${name}.`,
      path: ['inputs', name],
      hint: `Programs that it starts may read ${whereRead(name, inputs[name]!)}; if none does, leave it out.`,
    });
  }
}

/** Lists and objects are in no variable of their own. */
function whereRead(name: string, { type }: InputSpec): string {
  if (type === 'array' || type === 'object') return `${name} of the file $ORCH_INPUTS`;
  return `$ORCH_INPUT_${name.toUpperCase()}`;
}

function parseInput(name: string, given: unknown, path: Path, findings: FindingSink): InputSpec | undefined {
  if (!isObject(given)) {
    report(findings, path, `Input ${name} must be an object, not ${describe(given)}.`, 'As in {"type": "string"}.');
    return undefined;
  }
  const { type } = given;
  for (const key of Object.keys(given)) checkKey(name, key, given[key], path, findings);
  if (!types.includes(type as InputType)) {
    const problem =
      type === undefined ? 'has no type' : `: type must be one of ${types.join(', ')}, not ${describe(type)}`;
    report(
      findings,
      type === undefined ? path : [...path, 'type'],
      `Input ${name}${type === undefined ? ' ' : ''}${problem}.`,
      'As in {"type": "string"}.',
    );
    return undefined;
  }
  const spec: Writable<InputSpec> = { type: type as InputType };
  if (given['required'] === false) spec.required = false;
  if (given['secret'] === true) spec.secret = true;
  if (typeof given['description'] === 'string') spec.description = given['description'];
  if (Array.isArray(given['enum'])) spec.enum = readChoices(name, given['enum'], spec, [...path, 'enum'], findings);
  readDefault(name, given, spec, { path, findings });
  return spec;
}

function checkKey(name: string, key: string, value: unknown, path: Path, findings: FindingSink): void {
  if (isIgnoredKey(key)) return;
  const known = inputKeys.get(key);
  if (known === undefined) {
    const meant = didYouMean(key, inputKeys.keys());
    const hint = meant === undefined ? `It has ${[...inputKeys.keys()].join(', ')}.` : `Did you mean ${meant}?`;
    report(findings, [...path, key], `Input ${name} has an unknown key ${quote(key)}.`, hint, 'ORCH_PLAN_UNKNOWN_KEY');
  }
  if (known?.accepts?.(value) === false)
    report(findings, [...path, key], `Input ${name}: ${key} must be ${known.type}, not ${describe(value)}.`);
}

function readChoices(
  name: string,
  choices: readonly unknown[],
  spec: InputSpec,
  path: Path,
  findings: FindingSink,
): readonly Json[] {
  return choices.flatMap((choice, at) => {
    const problem = inputProblem({ type: spec.type }, choice);
    if (problem !== undefined) report(findings, [...path, at], `Input ${name}: a value of enum ${problem}.`);
    const copied = copyJson(choice);
    return problem === undefined && 'value' in copied ? [copied.value] : [];
  });
}

function readDefault(
  name: string,
  given: Readonly<Record<string, unknown>>,
  spec: Writable<InputSpec>,
  { path, findings }: { readonly path: Path; readonly findings: FindingSink },
): void {
  if (!Object.hasOwn(given, 'default')) return;
  const problem = inputProblem(spec, given['default']);
  const at = [...path, 'default'];
  if (problem !== undefined) report(findings, at, `Input ${name}: default ${problem}.`);
  const contradicts = (why: string, hint: string): void =>
    report(findings, at, `Input ${name} ${why}.`, hint, 'ORCH_PLAN_INPUT');
  if (spec.secret === true)
    contradicts('is secret, but has a default', 'A plan is no place for a secret: hand it in at each start.');
  else if (given['required'] === true) contradicts('is required, but has a default', 'Leave one of the two out.');
  const copied = copyJson(given['default']);
  if (problem === undefined && 'value' in copied) spec.default = copied.value;
}

function report(
  findings: FindingSink,
  path: Path,
  message: string,
  hint = 'As in "version": {"type": "string", "enum": ["1.0", "2.0"], "default": "1.0"}.',
  code: Finding['code'] = 'ORCH_PLAN_TYPE',
): void {
  findings.push({ code, severity: 'error', message, path, hint });
}
