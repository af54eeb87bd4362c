import { planDurationMs } from '../duration.ts';
import type { ErrorCode } from '../errors/codes.ts';
import type { Json } from '../json.ts';
import { checkGraph } from './check-graph.ts';
import { findingList } from './finding-list.ts';
import { schemaOfInputs } from './input-schema.ts';
import { keyHints } from './key-hints.ts';
import { noteLikelyMistakes } from './likely-mistakes.ts';
import { noteUnused, parseInputs, secretNames } from './parse-inputs.ts';
import { parseDefaults, parsePhase, type ParseContext, type ParsedPhase, type PhaseDefaults } from './parse-phase.ts';
import type { PhaseKeys } from './phase-keys.ts';
import {
  isIgnoredKey,
  isObject,
  maxPhases,
  phaseExample,
  planTimeoutMs,
  valueHint,
  workflowKeys,
} from './plan-keys.ts';
import { describe, quote } from './quote.ts';
import { definitionOfData, workflowOf, type Workflow } from './workflow.ts';
import type { Finding, PhaseSpec, WorkflowSpec } from './workflow-spec.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export interface ParsedPlan {
  /** Absent when a finding is an error. */
  readonly workflow?: Workflow;
  /** Of a plan with errors, the phases of which name and work are right: what they need of a machine can be checked. */
  readonly sound?: SoundPart;
  /** The plan's `state_backend`, if it has one: not part of the workflow, whoever opens backends reads it. */
  readonly stateBackend?: string;
  /** All there are, in the order of the plan's parts. */
  readonly findings: readonly Finding[];
}

/** Some phases of a plan. They may still depend on others, and even in circles: such a workflow is not for execution. */
export interface SoundPart {
  readonly workflow: Workflow;
  /** Where each of its phases stands in the plan's list. */
  readonly positions: readonly number[];
}

/** Turns the value of a plan file into a workflow, or says everything that is wrong with it. */
export function parsePlan(plan: unknown, keys: PhaseKeys): ParsedPlan {
  const findings = findingList();
  const context: ParseContext = { keys, hints: keyHints(keys), findings };
  if (!isObject(plan)) {
    report(
      context,
      'ORCH_PLAN_TYPE',
      [],
      `A plan must be an object, not ${describe(plan)}.`,
      'It begins with {"workflow_id": …}.',
    );
    return { findings: findings.read() };
  }
  const head = readHead(plan, context);
  const inputs = head.get('inputs');
  if (isObject(inputs)) head.set('inputs', parseInputs(inputs, findings));
  const before = findings.errorCount();
  const defaults = readDefaults(head.get('defaults'), context);
  const defaultsAreRight = isObject(plan['defaults'] ?? {}) && findings.errorCount() === before;
  const parsed = readPhases(head.get('phases'), defaults, context);
  const stateBackend = head.get('state_backend') as string | undefined;
  const carried = stateBackend === undefined ? {} : { stateBackend };
  if (findings.errorCount() > 0) {
    const sound = defaultsAreRight ? soundPart(head, parsed, defaults) : {};
    return { findings: findings.read(), ...carried, ...sound };
  }
  const phases = parsed.map((it) => it.spec);
  const spec = specOf(head, phases, defaults);
  if (spec.inputs !== undefined) noteUnused(spec.inputs, phases, findings);
  noteLikelyMistakes(plan, findings);
  const sequential = parsed.every((it) => it.node.dependsOn === undefined);
  if (sequential && spec.concurrency === undefined) {
    spec.concurrency = 1;
    if (phases.length > 1) findings.push(sequentialNote());
  }
  return {
    workflow: workflowOf(definitionOfData(spec, schemaOfInputs(spec.inputs))),
    findings: findings.read(),
    ...carried,
  };
}

/** The plan's own keys that have a right value. */
function readHead(plan: { readonly [key: string]: unknown }, context: ParseContext): Map<string, unknown> {
  const head = new Map<string, unknown>();
  for (const key of Object.keys(plan)) {
    const known = workflowKeys.get(key);
    const value = plan[key];
    if (value === undefined) continue;
    if (known === undefined) {
      if (isIgnoredKey(key)) continue;
      report(
        context,
        'ORCH_PLAN_UNKNOWN_KEY',
        [key],
        `The plan has an unknown key ${quote(key)}.`,
        context.hints.ofWorkflow(key).hint,
      );
    } else if (known.accepts === undefined) {
      const hint = `Leave ${key} out: this release would not carry it out.`;
      report(context, 'ORCH_PLAN_NOT_SUPPORTED', [key], `${key} is not supported yet.`, hint);
    } else if (known.accepts(value)) head.set(key, value);
    else
      report(
        context,
        'ORCH_PLAN_TYPE',
        [key],
        `${key} must be ${known.type}, not ${describe(value)}.`,
        valueHint(known, value),
      );
  }
  for (const { key, required } of workflowKeys.values())
    if (required === true && (!Object.hasOwn(plan, key) || plan[key] === undefined))
      report(context, 'ORCH_PLAN_MISSING_KEY', [], `The plan has no ${key}.`, `Add ${quote(key)}.`);
  return head;
}

function readDefaults(given: unknown, context: ParseContext): PhaseDefaults {
  const draft = isObject(given) ? parseDefaults(given, context) : {};
  const options: Record<string, Json> = {};
  for (const [key, { planDefault, inPlans }] of context.keys.options)
    if (planDefault !== undefined && inPlans) options[key] = planDefault;
  return {
    timeoutMs: draft.timeoutMs ?? planTimeoutMs,
    checkpoint: draft.checkpoint ?? true,
    continueOnFailure: draft.rules?.continueOnFailure ?? false,
    options: { ...options, ...draft.options },
  };
}

function readPhases(given: unknown, defaults: PhaseDefaults, context: ParseContext): readonly ParsedPhase[] {
  if (given === undefined) return [];
  const list = given as readonly unknown[];
  if (list.length === 0)
    report(
      context,
      'ORCH_PLAN_TYPE',
      ['phases'],
      'phases must be a list with at least one phase, not an empty list.',
      `A phase is written as ${phaseExample}.`,
    );
  if (list.length > maxPhases) {
    const message = `The plan has ${list.length} phases; ${maxPhases} are the most.`;
    report(context, 'ORCH_PLAN_LIMIT', ['phases'], message, 'Split it into several plans.');
    return [];
  }
  const parsed = list.map((it, index) => parsePhase(it, index, defaults, context));
  checkGraph(
    parsed.map((it) => it.node),
    'depends_on',
    context.findings,
  );
  return parsed;
}

function soundPart(
  head: ReadonlyMap<string, unknown>,
  parsed: readonly ParsedPhase[],
  defaults: PhaseDefaults,
): { readonly sound?: SoundPart } {
  const phases = new Map<string, { readonly spec: PhaseSpec; readonly position: number }>();
  for (const [position, { spec, sound }] of parsed.entries())
    // A second phase of one name is refused for its name: what is found is told by name.
    if (sound && !phases.has(spec.name)) phases.set(spec.name, { spec, position });
  if (phases.size === 0) return {};
  const kept = [...phases.values()];
  // The id may be what is wrong: nothing is started under it.
  const spec = {
    ...specOf(
      head,
      kept.map((it) => it.spec),
      defaults,
    ),
    id: 'sound-part',
  };
  return {
    sound: { workflow: workflowOf(definitionOfData(spec)), positions: kept.map((it) => it.position) },
  };
}

function specOf(
  head: ReadonlyMap<string, unknown>,
  phases: readonly PhaseSpec[],
  defaults: PhaseDefaults,
): Writable<WorkflowSpec> {
  const { timeoutMs, options } = defaults;
  const spec: Writable<WorkflowSpec> = { id: head.get('workflow_id') as string, phases };
  spec.defaults = { timeoutMs, ...(Object.keys(options).length === 0 ? {} : { options }) };
  if (head.has('description')) spec.description = head.get('description') as string;
  if (head.has('concurrency')) spec.concurrency = head.get('concurrency') as number;
  if (head.has('checkpoint_interval')) spec.checkpointInterval = head.get('checkpoint_interval') as number;
  const inputs = head.get('inputs') as WorkflowSpec['inputs'];
  if (inputs !== undefined && Object.keys(inputs).length > 0) {
    spec.inputs = inputs;
    const secrets = secretNames(inputs);
    if (secrets.length > 0) spec.secrets = secrets;
  }
  if (head.has('timeout')) spec.timeoutMs = planDurationMs(head.get('timeout'))!;
  return spec;
}

function sequentialNote(): Finding {
  return {
    code: 'ORCH_PLAN_SEQUENTIAL',
    severity: 'warning',
    message:
      'No phase has depends_on: phases run one after another in file order, and a failure does not stop the next.',
    path: ['phases'],
    hint: 'Add depends_on where one phase needs another, or set concurrency.',
  };
}

function report(
  { findings }: ParseContext,
  code: ErrorCode,
  path: Finding['path'],
  message: string,
  hint?: string,
): void {
  findings.push({ code, severity: 'error', message, path, ...(hint === undefined ? {} : { hint }) });
}
