/** Standard Schema, version 1 (standardschema.dev): what zod, valibot, arktype and others speak. */
export interface Schema<In = unknown, Out = In> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => Checked<Out> | Promise<Checked<Out>>;
    readonly types?: { readonly input: In; readonly output: Out } | undefined;
  };
}

export type Checked<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Standard JSON Schema: a schema that can describe itself (zod from 4.2 on). */
export interface DescribedSchema<T> extends Schema<unknown, T> {
  readonly '~standard': Schema<unknown, T>['~standard'] & {
    readonly jsonSchema: {
      readonly input: (options: { readonly target: 'draft-2020-12' | 'draft-07' }) => Record<string, unknown>;
    };
  };
}
