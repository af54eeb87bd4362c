import { describeValue, invalid, isPlain, type Plain } from './invalid-workflow.ts';
import { isSchema } from './is-schema.ts';
import type { PhaseRules } from './workflow.ts';
import type { OutputSource, OutputSpec, PhaseSpec } from './workflow-spec.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Rules = Pick<PhaseSpec, 'if' | 'after' | 'continueOnFailure' | 'output' | 'failWhen'>;

/** Where structured output may stand. */
export const outputSources: readonly OutputSource[] = ['file', 'stdout', 'stdout-last-line'];

/** When a phase in TypeScript runs and what makes it fail: as data, and the code that the data stands for. */
export function lowerRules(
  where: string,
  phase: Plain,
  work: { readonly output?: unknown; readonly failWhen?: unknown },
): { readonly data: Rules; readonly code: PhaseRules | undefined } {
  const data: Writable<Rules> = {};
  const code: Writable<PhaseRules> = {};
  const { if: condition, after, continueOnFailure } = phase;
  if (condition !== undefined) {
    code.if = functionOf<NonNullable<PhaseRules['if']>>(where, 'if', condition);
    data.if = true;
  }
  if (after !== undefined && after !== 'failed' && after !== 'always')
    throw invalid(where, `after must be "failed" or "always", not ${describeValue(after)}.`);
  if (after !== undefined) data.after = after;
  if (continueOnFailure !== undefined && typeof continueOnFailure !== 'boolean')
    throw invalid(where, `continueOnFailure must be true or false, not ${describeValue(continueOnFailure)}.`);
  if (continueOnFailure === true) data.continueOnFailure = true;
  if (work.output !== undefined) {
    const { from, schema } = outputOf(where, work.output);
    data.output = { from, ...(schema === undefined ? {} : { schema: true }) } satisfies OutputSpec;
    if (schema !== undefined) code.output = schema;
  }
  if (work.failWhen !== undefined) {
    code.failWhen = functionOf<NonNullable<PhaseRules['failWhen']>>(where, 'failWhen', work.failWhen);
    data.failWhen = true;
  }
  return { data, code: Object.keys(code).length === 0 ? undefined : code };
}

function functionOf<T>(where: string, key: string, value: unknown): T {
  if (typeof value === 'function') return value as T;
  throw invalid(where, `${key} must be a function that answers with true or false, not ${describeValue(value)}.`);
}

function outputOf(
  where: string,
  output: unknown,
): { readonly from: OutputSource; readonly schema: PhaseRules['output'] } {
  if (!isPlain(output)) throw invalid(where, 'the output of a work object must be an object.');
  const { from, schema } = output;
  if (!outputSources.includes(from as OutputSource))
    throw invalid(where, `the output must come from one of ${outputSources.join(', ')}.`);
  if (schema !== undefined && !isSchema(schema))
    throw invalid(
      where,
      'the schema of its output is no Standard Schema.',
      'Hand in a schema of zod, valibot, arktype or another library that implements Standard Schema v1.',
    );
  return { from: from as OutputSource, schema: schema as PhaseRules['output'] };
}
