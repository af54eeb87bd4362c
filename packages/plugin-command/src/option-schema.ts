import type { DescribedSchema, SchemaIssue } from '@orch/core/author';

/** Standard Schema and Standard JSON Schema of a phase option, without a library: `check` says what is wrong. */
export function optionSchema<T>(
  jsonSchema: Record<string, unknown>,
  check: (value: unknown) => readonly SchemaIssue[],
): DescribedSchema<T> {
  return {
    '~standard': {
      version: 1,
      vendor: 'orch',
      validate: (value) => {
        const issues = check(value);
        return issues.length === 0 ? { value: value as T } : { issues };
      },
      jsonSchema: { input: () => jsonSchema },
    },
  };
}

export function issue(message: string, ...path: (string | number)[]): readonly SchemaIssue[] {
  return [path.length === 0 ? { message } : { message, path }];
}
