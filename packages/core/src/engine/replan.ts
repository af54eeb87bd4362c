import { orchError } from '../errors/orch-error.ts';
import { phasesToRecover } from '../run/reset.ts';
import type { RunState } from '../run/state.ts';
import type { WorkflowDefinition } from '../spec/workflow.ts';
import type { WorkflowSpec } from '../spec/workflow-spec.ts';
import { differences, sameData } from './definition.ts';
import { checkInputs, withoutSecrets } from './inputs.ts';
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
}

/** What another definition changes; `undefined`: nothing. Throws `ORCH_WORKFLOW_CHANGED` for another workflow, `ORCH_INPUT_INVALID`. */
export async function planReplan(
  state: RunState,
  { spec, inputs: schema }: WorkflowDefinition,
  inputs: RunInputs,
): Promise<Replan | undefined> {
  if (spec.id !== state.spec.id)
    throw orchError({
      code: 'ORCH_WORKFLOW_CHANGED',
      message: `Run ${state.runId} is of workflow ${state.spec.id}, not of ${spec.id}.`,
      hint: 'A run goes on with a corrected definition of the same workflow; for another one start a new run.',
    });
  if (sameData(spec as never, state.spec as never)) return undefined;
  const checked = await checkInputs(spec, schema, inputs);
  const before = new Map(state.spec.phases.map((phase) => [phase.name, phase]));
  const replaced = new Set(before.keys());
  const headIsSame = sameData((state.spec.defaults ?? null) as never, (spec.defaults ?? null) as never);
  for (const phase of spec.phases)
    if (headIsSame && sameData(before.get(phase.name) as never, phase as never)) replaced.delete(phase.name);
  const { inputs: stored } = withoutSecrets(checked, spec.secrets);
  return { workflow: spec, changes: changesOf(state, spec), replaced, inputs: checked, stored };
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
