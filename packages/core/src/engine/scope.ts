import { dictionary } from '../json.ts';
import type { Json } from '../json.ts';
import type { RunState } from '../run/state.ts';
import type { ExpressionScope } from '../spec/language.ts';

/** The inputs of a run as its phases get to see them: those that are stored, and the secret ones that were handed in. */
export type RunInputs = { readonly [name: string]: Json };

/** Outputs of the completed dependencies, by name. */
export function outputsFor(state: RunState, phase: number): { readonly [phase: string]: Json } {
  const outputs = dictionary<Json>();
  for (const name of state.spec.phases[phase]!.dependsOn ?? []) {
    const at = state.phases[state.graph.indexOf.get(name)!]!;
    if (at.status === 'completed' && at.output !== undefined) outputs[name] = at.output;
  }
  return outputs;
}

/** What the expressions of a phase may read. */
export function scopeFor(state: RunState, phase: number, inputs: RunInputs): ExpressionScope {
  const phases = dictionary<Json>();
  for (const name of state.spec.phases[phase]!.dependsOn ?? [])
    phases[name] = { status: state.phases[state.graph.indexOf.get(name)!]!.status };
  return {
    inputs: dictionary(Object.entries(inputs)),
    outputs: outputsFor(state, phase),
    phases,
    run: { id: state.runId, workflow: state.spec.id },
  };
}
