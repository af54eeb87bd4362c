import type { Clock } from '../clock.ts';
import { orchError } from '../errors/orch-error.ts';
import { checkedBy } from './schema-answer.ts';
import type { Schema } from '../schema.ts';
import { describeIssue } from '../spec/phase-keys.ts';
import type { WorkflowSpec } from '../spec/workflow-spec.ts';
import { storedForm } from '../stored-form.ts';
import type { RunInputs } from './scope.ts';
import { isGiven, secretGuard } from './secrets.ts';

/** The inputs of a run as they are stored: checked once, before anything starts, and JSON. */
export async function checkInputs(
  { id: workflow, secrets = [] }: Pick<WorkflowSpec, 'id' | 'secrets'>,
  schema: Schema | undefined,
  given: unknown,
  clock: Clock,
): Promise<RunInputs> {
  if (schema === undefined) {
    if (given === undefined || (isObject(given) && Object.keys(given).length === 0)) return {};
    throw invalid(workflow, 'the workflow takes none.');
  }
  const checked = await checkedBy(schema, given ?? {}, clock);
  if (checked.issues !== undefined) {
    // Messages of a schema of somebody else's may quote the value.
    const { hide } = secretGuard(isObject(given) ? (given as RunInputs) : {}, secrets);
    throw invalid(workflow, hide(checked.issues.map(describeIssue).join('; ')));
  }
  const stored = isObject(checked.value) ? storedForm(checked.value) : { value: checked.value };
  if ('problem' in stored) throw invalid(workflow, `what their schema made of them ${stored.problem}.`);
  if (!isObject(stored.value)) throw invalid(workflow, 'they must be an object.');
  return stored.value as RunInputs;
}

/** Inputs as a journal may hold them, and the names of those that it may not. */
export function withoutSecrets(
  inputs: RunInputs,
  secrets: readonly string[] = [],
): { readonly inputs: RunInputs; readonly secrets: readonly string[] } {
  const given = secrets.filter((name) => isGiven(inputs, name));
  if (given.length === 0) return { inputs, secrets: given };
  return {
    inputs: Object.fromEntries(Object.entries(inputs).filter(([name]) => !given.includes(name))),
    secrets: given,
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(workflow: string, why: string): Error {
  return orchError({
    code: 'ORCH_INPUT_INVALID',
    message: `Inputs of workflow ${workflow}: ${why}`,
    hint: 'Nothing was started.',
  });
}
