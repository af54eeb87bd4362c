import type { Clock } from '../clock.ts';
import { orchError } from '../errors/orch-error.ts';
import type { Draft } from '../run/decide.ts';
import { phasesToRecover } from '../run/reset.ts';
import { leftOutOfNew } from '../run/selection.ts';
import type { RunState } from '../run/state.ts';
import type { Schema } from '../schema.ts';
import type { WorkflowDefinition } from '../spec/workflow.ts';
import type { WorkflowSpec } from '../spec/workflow-spec.ts';
import { differences, sameData } from './definition.ts';
import { checkInputs, withoutSecrets } from './inputs.ts';
import { isGiven, secretsMissing } from './secrets.ts';
import type { RunInputs } from './scope.ts';

/** Another definition for a run that goes on. */
export interface Replan {
  readonly workflow: WorkflowSpec;
  /** What differs, a line each. */
  readonly changes: readonly string[];
  /** Phases whose attempts, if any is under way, do not belong to the new definition. */
  readonly replaced: ReadonlySet<string>;
  /** Checked against the new definition; secret ones included. */
  readonly inputs: RunInputs;
  /** The same without the secret ones. */
  readonly stored: RunInputs;
  /** Names of the secret ones that the run has then. */
  readonly secrets: readonly string[];
  /** New phases that the selection of the run leaves out. */
  readonly leftOut: readonly Draft[];
}

/**
 * What another definition changes; `undefined`: nothing. `given`: secret inputs, by name. Throws `ORCH_WORKFLOW_CHANGED`
 * for another workflow, `ORCH_INPUT_SECRET_MISSING`, `ORCH_INPUT_INVALID`, `ORCH_RUN_NOTHING_SELECTED`.
 */
export async function planReplan(
  state: RunState,
  { spec, inputs: schema }: WorkflowDefinition,
  given: Readonly<Record<string, unknown>>,
  clock: Clock,
): Promise<Replan | undefined> {
  if (spec.id !== state.spec.id)
    throw orchError({
      code: 'ORCH_WORKFLOW_CHANGED',
      message: `Run ${state.runId} is of workflow ${state.spec.id}, not of ${spec.id}.`,
      hint: 'A run goes on with a corrected definition of the same workflow; for another one start a new run.',
    });
  if (sameData(spec as never, state.spec as never)) return undefined;
  const checked = await checkInputs(spec, schema, inputsFor(state, spec, schema, given), clock);
  const before = new Map(state.spec.phases.map((phase) => [phase.name, phase]));
  const replaced = new Set(before.keys());
  const headIsSame = sameData((state.spec.defaults ?? null) as never, (spec.defaults ?? null) as never);
  for (const phase of spec.phases)
    if (headIsSame && sameData(before.get(phase.name) as never, phase as never)) replaced.delete(phase.name);
  const { inputs: stored, secrets } = withoutSecrets(checked, spec.secrets);
  const { selection } = state.created;
  const leftOut = selection === undefined ? [] : leftOutOfNew(spec, selection, (name) => !before.has(name));
  return { workflow: spec, changes: changesOf(state, spec), replaced, inputs: checked, stored, secrets, leftOut };
}

/** What the run has of the inputs that the new definition takes; secret ones, old and new, are handed in. */
function inputsFor(
  { runId, created }: RunState,
  spec: WorkflowSpec,
  schema: Schema | undefined,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (schema === undefined) return {};
  const { inputs, secrets = [] } = created;
  const missing = secrets.filter((name) => spec.secrets?.includes(name) === true && !isGiven(given, name));
  if (missing.length > 0) throw secretsMissing(runId, missing);
  const names = new Set([...secrets, ...(spec.secrets ?? [])]);
  const handed = [...names].flatMap((name) => (isGiven(given, name) ? [[name, given[name]] as const] : []));
  const all = { ...inputs, ...Object.fromEntries(handed) };
  // Which inputs a schema of somebody else's takes, only it can tell.
  const takes = spec.inputs;
  if (takes === undefined) return all;
  return Object.fromEntries(Object.entries(all).filter(([name]) => Object.hasOwn(takes, name)));
}

/** Completed phases stay, also where the new definition puts something before them: that is said. */
function changesOf(state: RunState, spec: WorkflowSpec): readonly string[] {
  const isCompleted = (name: string): boolean => {
    const phase = state.graph.indexOf.get(name);
    return phase !== undefined && state.phases[phase]!.status === 'completed';
  };
  const again = new Set(phasesToRecover(state));
  const overtaken = spec.phases.flatMap(({ name, dependsOn = [] }) =>
    isCompleted(name) && !again.has(name) && dependsOn.some((it) => !isCompleted(it))
      ? [`phase ${JSON.stringify(name)} stays completed, though it now comes after one that is not`]
      : [],
  );
  return [...differences(state.spec, spec), ...overtaken];
}
