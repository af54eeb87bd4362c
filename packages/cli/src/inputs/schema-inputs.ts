import type { Schema } from '@orch/core';
import { didYouMean } from '@orch/core/author';
import type { InputSpec, InputType, WorkflowSpec } from '@orch/core/author';
import { harmless } from '../view/text.ts';
import { collectInputs, invalidInputs, valuesOf } from './given-inputs.ts';
import type { Given, InputSources, Values } from './given-inputs.ts';

type Specs = Readonly<Record<string, InputSpec>>;

interface Described {
  readonly specs: Specs;
  /** All names that there are; absent: any may be taken. */
  readonly names?: readonly string[];
}

/**
 * The inputs of a run whose workflow has a Standard Schema. Text is converted by the type that the schema gives in its JSON
 * Schema, where it has one; what else is wrong, core says, which asks the schema. `undefined`: none is given.
 */
export async function schemaInputs(
  { id, secrets = [] }: Pick<WorkflowSpec, 'id' | 'secrets'>,
  schema: Schema,
  sources: InputSources,
): Promise<Values | undefined> {
  const { specs, names } = describe(schema, secrets);
  const { given, problems } = await collectInputs(specs, sources, process.env);
  if (names !== undefined)
    for (const [name, { from }] of given)
      if (!names.includes(name)) {
        const meant = didYouMean(name, names);
        const guess = meant === undefined ? '' : `; did you mean ${meant}?`;
        problems.push(`${harmless(name)} (${from}): is no input of this workflow${guess}`);
      }
  if (problems.length > 0) throw invalidInputs(`Inputs of workflow ${id}`, problems);
  await readAsJson(given, specs, schema);
  return given.size === 0 ? undefined : valuesOf(given);
}

/** Text whose type nobody says stays text where the schema takes that; else it is read as JSON. */
async function readAsJson(given: Map<string, Given>, specs: Specs, schema: Schema): Promise<void> {
  const { issues = [] } = await schema['~standard'].validate(valuesOf(given));
  for (const { path: [first] = [] } of issues) {
    const name = String(typeof first === 'object' ? first.key : first);
    const { value, from } = given.get(name) ?? {};
    if (typeof value !== 'string' || from === undefined || from === '--inputs' || Object.hasOwn(specs, name)) continue;
    try {
      given.set(name, { value: JSON.parse(value), from });
    } catch {
      // It is text, and the schema will say what it wants.
    }
  }
}

function describe(schema: Schema, secrets: readonly string[]): Described {
  const { properties = {}, additionalProperties: more } = jsonSchemaOf(schema) ?? {};
  const names = Object.keys(properties);
  const specs: Record<string, InputSpec> = {};
  for (const name of [...names, ...secrets]) {
    const type = typeOf(properties[name]);
    const isSecret = secrets.includes(name);
    // A secret is never taken from the command line, so its name has to be known.
    if (type !== undefined || isSecret) specs[name] = { type: type ?? 'string', ...(isSecret ? { secret: true } : {}) };
  }
  const isClosed = names.length > 0 && (more === undefined || more === false);
  return isClosed ? { specs, names } : { specs };
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly additionalProperties?: unknown;
}

/** `undefined`: it can't describe itself, or not all of it. */
function jsonSchemaOf(schema: Schema): ObjectSchema | undefined {
  const { jsonSchema } = schema['~standard'] as { readonly jsonSchema?: { readonly input?: unknown } };
  if (typeof jsonSchema?.input !== 'function') return undefined;
  try {
    return jsonSchema.input({ target: 'draft-2020-12' }) as ObjectSchema;
  } catch {
    return undefined;
  }
}

const types: readonly unknown[] = ['string', 'number', 'integer', 'boolean', 'array', 'object'] satisfies InputType[];

function typeOf(property: unknown): InputType | undefined {
  const type = typeof property === 'object' && property !== null && 'type' in property ? property.type : undefined;
  return types.includes(type) ? (type as InputType) : undefined;
}
