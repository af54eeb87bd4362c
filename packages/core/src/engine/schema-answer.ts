import type { Clock } from '../clock.ts';
import { messageOf } from '../errors/orch-error.ts';
import { isThenable } from '../hooks/thenable.ts';
import type { Checked, Schema } from '../schema.ts';
import { show } from '../show.ts';

/**
 * What a schema of whatever library says of a value. Never throws or rejects: a schema that does, or answers what is no answer,
 * has something against the value, and so has one that does not answer in time. Green means green.
 */
export function checkedBy(schema: Schema, value: unknown, clock: Clock): Checked<unknown> | Promise<Checked<unknown>> {
  try {
    const answer: unknown = schema['~standard'].validate(value);
    // What only looks like a promise is waited for, too.
    return isThenable(answer) ? withinLimit(clock, Promise.resolve(answer).then(sound, broken)) : sound(answer);
  } catch (error) {
    return broken(error);
  }
}

/** A run must not hang on a schema that never answers: nothing could end it. */
const limitMs = 30_000;

function withinLimit(clock: Clock, answer: Promise<Checked<unknown>>): Promise<Checked<unknown>> {
  return new Promise((resolve) => {
    const late = `the schema did not answer within ${limitMs / 1_000} s`;
    const cancelTimer = clock.timer(limitMs, () => resolve(refusing(late)));
    void answer.then(resolve).finally(cancelTimer);
  });
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
function refusing(message: string): Checked<unknown> {
  return { issues: [{ message }] };
}
