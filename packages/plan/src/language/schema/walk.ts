import type { Json } from '@orch/core/author';
import { SchemaProblem, type SchemaPath } from './schema-problem.ts';

/** A JSON Schema that zod's converter carries out in all that it says. */
export type Carried = true | false | { readonly [keyword: string]: Json };

/** Where the walk is. `owner`: the definition that the same value is held against, or nothing within a child of it. */
export interface Walk {
  readonly path: SchemaPath;
  readonly owner: string | undefined;
  readonly all: All;
}

export interface All {
  readonly root: Json;
  /** Carries a schema that stands within another one. */
  readonly carry: (schema: Json, walk: Walk) => Carried;
  /** What a reference is written as: definitions get numbers, as their names may be any text. */
  readonly names: Map<string, string>;
  /** Which definitions a value is held against because it is held against another one. */
  readonly leadsTo: Map<string, Set<string>>;
  schemas: number;
}

export type SchemaObject = { readonly [keyword: string]: Json };

export function isSchemaObject(value: Json | undefined): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Held against a part of the value, such as an item of it. */
export function carryWithin(schema: Json, walk: Walk, ...steps: SchemaPath): Carried {
  return walk.all.carry(schema, { ...walk, path: [...walk.path, ...steps], owner: undefined });
}

export function refuse(message: string, walk: Walk, ...steps: SchemaPath): never {
  throw new SchemaProblem(message, [...walk.path, ...steps]);
}
