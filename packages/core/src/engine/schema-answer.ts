import { messageOf } from '../errors/orch-error.ts';
import { isThenable } from '../hooks/thenable.ts';
import type { Checked, Schema } from '../schema.ts';
import { show } from '../show.ts';

/**
 * What a schema of whatever library says of a value. Never throws or rejects: a schema that does, or answers what is no answer,
 * has something against the value. Green means green.
 */
export function checkedBy(schema: Schema, value: unknown): Checked<unknown> | Promise<Checked<unknown>> {
  try {
    const answer: unknown = schema['~standard'].validate(value);
    // What only looks like a promise is waited for, too.
    return isThenable(answer) ? Promise.resolve(answer).then(sound, broken) : sound(answer);
  } catch (error) {
    return broken(error);
  }
}

function sound(answer: unknown): Checked<unknown> {
  if (typeof answer === 'object' && answer !== null) {
    const { issues } = answer as { readonly issues?: unknown };
    if (Array.isArray(issues) || (issues === undefined && 'value' in answer)) return answer as Checked<unknown>;
  }
  return refusing(`the schema answered ${show(answer)}, neither a value nor issues`);
}

function broken(error: unknown): Checked<unknown> {
  return refusing(`the schema threw: ${messageOf(error)}`);
}

/** In the place of the answer that a schema does not give. */
export function refusing(message: string): Checked<unknown> {
  return { issues: [{ message }] };
}
