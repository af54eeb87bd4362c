import type { Json, LanguageProblem, Schema, SchemaIssue } from '@orch/core/author';
import type { ZodType } from 'zod';
import { limits } from '../limits.ts';
import { withinTime } from '../within-time.ts';
import { carriedSchema } from './carried-schema.ts';
import { issuesOf } from './issues.ts';
import { NotJson, withoutPrototypes } from './without-prototypes.ts';
import { SchemaProblem } from './schema-problem.ts';
import type { Carried } from './walk.ts';

/** A schema that checks values by a JSON Schema, or why that can't be carried out. */
export function jsonSchema(source: Json): Schema<unknown, Json> | LanguageProblem {
  let carried: Carried;
  try {
    carried = carriedSchema(source);
  } catch (error) {
    if (!(error instanceof SchemaProblem)) throw error;
    return { problem: error.message, path: error.path };
  }
  let converted: Promise<ZodType> | undefined;
  return {
    '~standard': {
      version: 1,
      vendor: 'orch',
      async validate(value) {
        converted ??= convert(carried);
        const issues = check(await converted, value);
        return issues.length === 0 ? { value: value as Json } : { issues };
      },
    },
  };
}

/** Start-up does not wait for zod: it comes with the first value that is checked. */
async function convert(schema: Carried): Promise<ZodType> {
  const { fromJSONSchema } = await import('zod');
  return fromJSONSchema(schema);
}

function check(type: ZodType, value: unknown): readonly SchemaIssue[] {
  try {
    const json = withoutPrototypes(value);
    // Patterns may try for ever, and zod compares all keys of an object with all others where "allOf" asks for it.
    const result = withinTime(limits.uncountedMs, () => type.safeParse(json), tooLate);
    return result.success ? [] : issuesOf(result.error.issues, json);
  } catch (error) {
    if (error instanceof NotJson) return [{ message: error.message, path: error.path }];
    if (error instanceof TooLate) return [{ message: error.message }];
    throw error;
  }
}

class TooLate extends Error {}

function tooLate(): Error {
  return new TooLate(
    `Can't be checked: the schema takes longer than ${limits.uncountedMs / 1_000} seconds on a value like this`,
  );
}
