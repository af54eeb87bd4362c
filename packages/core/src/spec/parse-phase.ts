import { planDurationMs } from '../duration.ts';
import type { ErrorCode } from '../errors/codes.ts';
import type { Json } from '../json.ts';
import type { GraphNode } from './check-graph.ts';
import { copyJson } from './copy-json.ts';
import type { FindingSink } from './finding-list.ts';
import type { KeyHints } from './key-hints.ts';
import {
  issueHint,
  issueLabel,
  issuePath,
  optionIssues,
  wellKnownOwner,
  type OwnedKey,
  type PhaseKeys,
} from './phase-keys.ts';
import { phaseNameProblem } from './phase-name.ts';
import { defaultsKeys, isIgnoredKey, isObject, phaseExample, phaseKeys, valueHint, type PlanKey } from './plan-keys.ts';
import { checkAfter, readRule, ruleData, type PhaseRuleData } from './parse-rules.ts';
import { describe, quote } from './quote.ts';
import type { Finding, PhaseSpec } from './workflow-spec.ts';

type Path = Finding['path'];
type Options = Record<string, Json>;
type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What the parts of one parse share. */
export interface ParseContext {
  readonly keys: PhaseKeys;
  readonly hints: KeyHints;
  readonly findings: FindingSink;
}

/** What phases have that do not say otherwise. */
export interface PhaseDefaults {
  readonly timeoutMs: number;
  readonly checkpoint: boolean;
  readonly continueOnFailure: boolean;
  readonly options: Readonly<Options>;
}

/** A phase as read: `spec` counts only when nothing was found, `node` is what the checks of the graph need. */
export interface ParsedPhase {
  readonly spec: PhaseSpec;
  /** Whether its name and its work are right, whatever else was found. */
  readonly sound: boolean;
  readonly node: GraphNode;
}

/** The values of one object with keys of a phase. */
interface Draft {
  name?: string;
  timeoutMs?: number;
  checkpoint?: boolean;
  dependsOn?: readonly (string | undefined)[];
  rules?: Writable<PhaseRuleData>;
  options?: Options;
  kind?: string;
  /** A key that may have been meant as its work was refused: "nothing to do" would be a second finding of one mistake. */
  refused?: true;
  /** A value of a plugin's key, or a second kind of work, was refused: what the phase would do is not known. */
  unclear?: true;
}

/** Where a phase or the defaults stand: how messages call it, and the path. */
interface Place {
  readonly label: string;
  readonly path: Path;
  readonly inDefaults: boolean;
}

export function parsePhase(value: unknown, index: number, defaults: PhaseDefaults, context: ParseContext): ParsedPhase {
  const path = ['phases', index];
  if (!isObject(value)) {
    const message = `Phase number ${index + 1} must be an object, not ${describe(value)}.`;
    report(context, 'ORCH_PLAN_TYPE', path, message, `A phase is written as ${phaseExample}.`);
    return { spec: { name: '', kind: '' }, sound: false, node: { name: undefined } };
  }
  const given = Object.hasOwn(value, 'name') ? value['name'] : undefined;
  const label = typeof given === 'string' && given !== '' ? `Phase ${quote(given)}` : `Phase number ${index + 1}`;
  const draft = readKeys(value, { label, path, inDefaults: false }, context);
  if (given === undefined)
    report(context, 'ORCH_PLAN_MISSING_KEY', path, `${label} has no name.`, 'Each phase needs a unique "name".');
  if (draft.kind === undefined && draft.refused === undefined) reportNoWork(label, path, context);
  if (draft.rules?.after !== undefined)
    checkAfter(draft.rules.after, draft.dependsOn, { label, path, findings: context.findings });
  return {
    spec: specOf(draft, defaults),
    sound: draft.kind !== undefined && draft.unclear !== true && isName(draft.name),
    node: { name: draft.name, ...(draft.dependsOn === undefined ? {} : { dependsOn: draft.dependsOn }) },
  };
}

/** Reads the plan's `defaults`. */
export function parseDefaults(value: { readonly [key: string]: unknown }, context: ParseContext): Omit<Draft, 'name'> {
  return readKeys(value, { label: 'defaults', path: ['defaults'], inDefaults: true }, context);
}

function readKeys(value: { readonly [key: string]: unknown }, place: Place, context: ParseContext): Draft {
  const draft: Draft = {};
  for (const key of Object.keys(value)) {
    if (value[key] === undefined) continue;
    const core = phaseKeys.get(key);
    const owned = context.keys.options.get(key);
    if (core?.accepts !== undefined) readCoreKey(core, value[key], draft, place, context);
    else if (owned?.inPlans === true && key !== '__proto__')
      readOwnedKey(key, owned, value[key], draft, place, context);
    else if (!isIgnoredKey(key)) refuseKey(key, core !== undefined || owned !== undefined, draft, place, context);
  }
  return draft;
}

function readCoreKey(core: PlanKey, value: unknown, draft: Draft, place: Place, context: ParseContext): void {
  const { key } = core;
  const path = [...place.path, key];
  if (place.inDefaults && !defaultsKeys.has(key)) {
    report(context, 'ORCH_PLAN_UNKNOWN_KEY', path, `defaults cannot hold ${key}.`, `Write ${key} in each phase.`);
    return;
  }
  if (core.accepts?.(value) !== true) {
    const message = `${place.label}: ${key} must be ${core.type}, not ${describe(value)}.`;
    report(context, 'ORCH_PLAN_TYPE', path, message, valueHint(core, value));
    return;
  }
  switch (key) {
    case 'name':
      draft.name = value as string;
      return checkName(draft.name, place, context);
    case 'timeout':
      draft.timeoutMs = planDurationMs(value)!;
      return;
    case 'checkpoint':
      draft.checkpoint = value as boolean;
      return;
    case 'depends_on':
      draft.dependsOn = readDependencies(value as readonly unknown[], place, context);
      return;
    default:
      readRule(key, value, (draft.rules ??= {}), { ...place, findings: context.findings });
  }
}

function isName(name: string | undefined): boolean {
  return name !== undefined && phaseNameProblem(name) === undefined;
}

function checkName(name: string, { label, path }: Place, context: ParseContext): void {
  const problem = phaseNameProblem(name);
  if (problem === undefined) return;
  const hint = 'A name has 1 to 200 characters and no control characters.';
  report(context, 'ORCH_PLAN_TYPE', [...path, 'name'], `${label}: its name ${problem}.`, hint);
}

function readDependencies(
  list: readonly unknown[],
  { label, path }: Place,
  context: ParseContext,
): NonNullable<Draft['dependsOn']> {
  return list.map((name, at) => {
    if (typeof name === 'string') return name;
    const message = `${label}: depends_on must hold names of phases, not ${describe(name)}.`;
    report(context, 'ORCH_PLAN_TYPE', [...path, 'depends_on', at], message, 'As in "depends_on": ["build"].');
    return undefined;
  });
}

function readOwnedKey(
  key: string,
  owned: OwnedKey,
  value: unknown,
  draft: Draft,
  { label, path, inDefaults }: Place,
  context: ParseContext,
): void {
  if (context.keys.kinds.has(key)) {
    if (inDefaults) {
      const message = `defaults cannot hold ${key}: it says what a phase does.`;
      return report(context, 'ORCH_PLAN_UNKNOWN_KEY', [...path, key], message, `Write ${key} in each phase.`);
    }
    if (draft.kind === undefined) draft.kind = key;
    else {
      draft.unclear = true;
      context.findings.push({
        code: 'ORCH_PLAN_TWO_WORKS',
        severity: 'error',
        message: `${label} has two kinds of work, ${draft.kind} and ${key}.`,
        path: [...path, key],
        hint: 'Keep one of them, or make two phases.',
        related: [{ message: 'The other one.', path: [...path, draft.kind] }],
      });
    }
  }
  const other = owned.notBeside;
  if (other !== undefined && draft.options !== undefined && Object.hasOwn(draft.options, other)) {
    const message = `${label} has both ${other} and ${key}.`;
    report(
      context,
      'ORCH_PLAN_TYPE',
      [...path, key],
      message,
      'Keep one of them: they say the same thing in two ways.',
    );
  }
  // Before its schema sees it: no other code should meet a value of any depth.
  const copied = copyJson(value);
  const issues = 'problem' in copied ? [{ message: `${copied.problem}.` }] : optionIssues(key, owned, copied.value);
  for (const issue of issues) {
    const message = `${label}: ${issueLabel(key, issue)}: ${issue.message}`;
    report(context, 'ORCH_PLAN_TYPE', [...path, key, ...issuePath(issue)], message, issueHint(owned, issue, value));
  }
  if ('value' in copied && issues.length === 0) (draft.options ??= {})[key] = copied.value;
  else draft.unclear = true;
}

function refuseKey(key: string, later: boolean, draft: Draft, { label, path }: Place, context: ParseContext): void {
  if (later) {
    const hint = `Leave ${key} out: this release would not carry it out.`;
    if (context.keys.kinds.has(key)) draft.refused = true;
    return report(context, 'ORCH_PLAN_NOT_SUPPORTED', [...path, key], `${label}: ${key} is not supported yet.`, hint);
  }
  const { hint, meant } = context.hints.ofPhase(key);
  if (meant === undefined || context.keys.kinds.has(meant) || wellKnownOwner(meant) !== undefined) draft.refused = true;
  report(context, 'ORCH_PLAN_UNKNOWN_KEY', [...path, key], `${label} has an unknown key ${quote(key)}.`, hint);
}

function reportNoWork(label: string, path: Path, context: ParseContext): void {
  const kinds = [...context.keys.kinds].filter((kind) => context.keys.options.get(kind)?.inPlans === true);
  const [first = 'command'] = kinds;
  const hint =
    kinds.length === 0
      ? 'No loaded plugin carries out work of plan files: load @orch/plugin-command.'
      : `Give it ${kinds.length === 1 ? first : `one of ${kinds.join(', ')}`}, as in {"name": "build", "${first}": …}.`;
  report(context, 'ORCH_PLAN_NO_WORK', path, `${label} has nothing to do.`, hint);
}

/** Says only what differs from the defaults: most phases of most plans are small then. */
function specOf(
  { name = '', kind = '', dependsOn, timeoutMs, checkpoint, options, rules }: Draft,
  defaults: PhaseDefaults,
): PhaseSpec {
  const own = options === undefined ? undefined : withoutDefaults(options, defaults.options);
  return {
    name,
    kind,
    ...(dependsOn === undefined || dependsOn.length === 0 ? {} : { dependsOn: dependsOn as readonly string[] }),
    ...(timeoutMs === undefined || timeoutMs === defaults.timeoutMs ? {} : { timeoutMs }),
    ...((checkpoint ?? defaults.checkpoint) ? {} : { checkpoint: false as const }),
    ...(own === undefined ? {} : { options: own }),
    ...ruleData(rules, defaults.continueOnFailure),
  };
}

function withoutDefaults(options: Options, defaults: Readonly<Options>): Options | undefined {
  let kept: Options | undefined;
  for (const key of Object.keys(options)) {
    const value = options[key]!;
    // Lists and objects are never the same one: they stay.
    if (Object.hasOwn(defaults, key) && defaults[key] === value) continue;
    (kept ??= {})[key] = value;
  }
  return kept;
}

function report({ findings }: ParseContext, code: ErrorCode, path: Path, message: string, hint?: string): void {
  findings.push({ code, severity: 'error', message, path, ...(hint === undefined ? {} : { hint }) });
}
