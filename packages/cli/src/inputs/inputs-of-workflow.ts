import type { Workflow } from '@orch/core';
import { givenInputs } from './given-inputs.ts';
import type { InputSources, Values } from './given-inputs.ts';

/** The inputs of a new run: those of a plan by its declarations, those of a workflow in TypeScript by its schema. */
export async function inputsOfWorkflow(
  { definition: { spec, inputs: schema } }: Workflow,
  sources: InputSources,
): Promise<Values | undefined> {
  if (spec.inputs !== undefined || schema === undefined) return await givenInputs(spec, sources);
  return await (await import('./schema-inputs.ts')).schemaInputs(spec, schema, sources);
}
