export type SchemaPath = readonly (string | number)[];

/** Why a JSON Schema can't be carried out, and where in it. */
export class SchemaProblem extends Error {
  readonly path: SchemaPath;

  constructor(message: string, path: SchemaPath) {
    super(message);
    this.path = path;
  }
}
