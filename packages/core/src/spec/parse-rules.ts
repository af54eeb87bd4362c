import type { Json } from '../json.ts';
import { copyJson } from './copy-json.ts';
import type { FindingSink } from './finding-list.ts';
import { outputSources } from './lower-rules.ts';
import { outputKeys } from './data-keys.ts';
import { isIgnoredKey } from './plan-keys.ts';
import { describe, quote } from './quote.ts';
import type { Finding, OutputSource, OutputSpec, PhaseSpec } from './workflow-spec.ts';

/** When a phase runs and what makes it fail, as it is written in a plan. */
export interface PhaseRuleData extends Pick<PhaseSpec, 'if' | 'after' | 'output' | 'failWhen'> {
  readonly continueOnFailure?: boolean;
}

interface Place {
  readonly label: string;
  readonly path: Finding['path'];
  readonly findings: FindingSink;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Reads one of the keys of rules, whose value has the right type. */
export function readRule(key: string, value: unknown, rules: Writable<PhaseRuleData>, place: Place): void {
  switch (key) {
    case 'if':
      rules.if = value as string;
      return;
    case 'after':
      if (value !== 'completed') rules.after = value as 'failed' | 'always';
      return;
    case 'continue_on_failure':
      rules.continueOnFailure = value as boolean;
      return;
    case 'fail_when':
      rules.failWhen = value as string;
      return;
    case 'output':
      rules.output = readOutput(value as Readonly<Record<string, unknown>>, place);
  }
}

/** The rules of a phase as its specification has them. */
export function ruleData(rules: PhaseRuleData | undefined, forgiven: boolean): Partial<PhaseSpec> {
  const { continueOnFailure = forgiven, ...rest } = rules ?? {};
  return continueOnFailure ? { ...rest, continueOnFailure } : rest;
}

/** A handler without dependencies has nothing that could fail; a clean-up has nothing to clean up. */
export function checkAfter(after: 'failed' | 'always', dependsOn: readonly unknown[] | undefined, place: Place): void {
  if (dependsOn !== undefined && dependsOn.length > 0) return;
  const { label, path, findings } = place;
  findings.push({
    code: 'ORCH_PLAN_AFTER',
    severity: 'error',
    message: `${label}: after is ${quote(after)}, but it depends on no phase.`,
    path: [...path, 'after'],
    hint: 'Name the phases that it comes after in depends_on.',
  });
}

function readOutput(value: Readonly<Record<string, unknown>>, place: Place): OutputSpec {
  const path = [...place.path, 'output'];
  let from: OutputSource = 'file';
  let schema: Json | undefined;
  for (const key of Object.keys(value)) {
    if (isIgnoredKey(key)) continue;
    const item = value[key];
    if (key === 'from') {
      if (outputSources.includes(item as OutputSource)) from = item as OutputSource;
      else report(place, [...path, key], `from must be one of ${outputSources.join(', ')}, not ${describe(item)}`);
    } else if (key === 'schema') schema = readSchema(item, { ...place, path });
    else
      report(
        place,
        [...path, key],
        `output has no key ${quote(key)}`,
        `It has ${[...outputKeys.keys()].join(' and ')}.`,
        'ORCH_PLAN_UNKNOWN_KEY',
      );
  }
  return { from, ...(schema === undefined ? {} : { schema }) };
}

function readSchema(item: unknown, place: Place): Json | undefined {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    report(
      place,
      [...place.path, 'schema'],
      `schema must be a JSON Schema, not ${describe(item)}`,
      'As in {"type": "object"}.',
    );
    return undefined;
  }
  const copied = copyJson(item);
  if ('value' in copied) return copied.value;
  report(place, [...place.path, 'schema'], `schema ${copied.problem}`);
  return undefined;
}

function report(
  { label, findings }: Place,
  path: Finding['path'],
  what: string,
  hint = 'As in "output": {"from": "stdout", "schema": {"type": "object"}}.',
  code: Finding['code'] = 'ORCH_PLAN_TYPE',
): void {
  findings.push({ code, severity: 'error', message: `${label}: ${what}.`, path, hint });
}
