import { inputKeys, outputKeys } from './data-keys.ts';
import { typeNames } from './input-schema.ts';
import type { OwnedKey, PhaseKeys } from './phase-keys.ts';
import { defaultsKeys, phaseKeys, workflowKeys, type JsonSchema, type PlanKey } from './plan-keys.ts';

/** The drafts of JSON Schema that a plan's schema is written in. */
export type SchemaDraft = '2020-12' | '07';

const uris: Readonly<Record<SchemaDraft, string>> = {
  '2020-12': 'https://json-schema.org/draft/2020-12/schema',
  '07': 'http://json-schema.org/draft-07/schema#',
};

/**
 * What plan files may say, for editors and other programs. It refuses what the parser refuses for a key or a type; what
 * takes two places to see, as names that are unknown, is left to the parser.
 */
export function planSchemaOf({ options, kinds }: PhaseKeys, draft: SchemaDraft): JsonSchema {
  const owned = new Map([...options].filter(([, { inPlans }]) => inPlans));
  const ofPhase = new Map([
    ...[...carried(phaseKeys)].map(([key, it]) => [key, schemaOf(it)] as const),
    ...[...owned].map(([key, it]) => [key, schemaOfOwned(it, draft)] as const),
  ]);
  const inDefaults = [...ofPhase.keys()].filter((key) => defaultsKeys.has(key) || (owned.has(key) && !kinds.has(key)));
  const schema = {
    $schema: uris[draft],
    title: 'A plan of orch',
    description: 'A workflow of phases that survives crashes. orch validate says all that is wrong with one.',
    ...objectOf(schemasOf(workflowKeys), requiredOf(workflowKeys)),
    $defs: {
      phase: {
        description: 'One unit of work.',
        ...objectOf(refs([...ofPhase.keys()]), requiredOf(phaseKeys)),
        ...workOf([...kinds].filter((kind) => owned.has(kind))),
        ...besides(owned),
      },
      defaults: {
        description: 'What phases have that do not say otherwise.',
        ...objectOf(refs(inDefaults), []),
        ...besides(owned),
      },
      input: inputSchema(),
      output: { description: 'Where the output of a phase stands.', ...objectOf(schemasOf(outputKeys), []) },
      ...Object.fromEntries([...ofPhase].map(([key, it]) => [nameOf(key), it])),
    },
  };
  return draft === '2020-12' ? schema : withDefinitions(schema);
}

/** A key of phases, which `defaults` may have too. */
function nameOf(key: string): string {
  return `phase_${key}`;
}

function refs(keys: readonly string[]): JsonSchema {
  return Object.fromEntries(keys.map((key) => [key, { $ref: `#/$defs/${nameOf(key)}` }]));
}

function carried(keys: ReadonlyMap<string, PlanKey>): ReadonlyMap<string, PlanKey> {
  return new Map([...keys].filter(([, { accepts }]) => accepts !== undefined));
}

function schemasOf(keys: ReadonlyMap<string, PlanKey>): JsonSchema {
  return Object.fromEntries([...carried(keys)].map(([key, it]) => [key, schemaOf(it)]));
}

function requiredOf(keys: ReadonlyMap<string, PlanKey>): readonly string[] {
  return [...keys.values()].filter(({ required }) => required).map(({ key }) => key);
}

/** Keys that orch ignores are allowed everywhere. */
function objectOf(properties: JsonSchema, required: readonly string[]): JsonSchema {
  return {
    type: 'object',
    properties: { $schema: {}, $comment: {}, ...properties },
    patternProperties: { '^x_': {} },
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

function schemaOf({ meaning, default: value, example, schema }: PlanKey): JsonSchema {
  const parsed = value === undefined ? {} : parse(value);
  const words = value !== undefined && !('json' in parsed) ? ` Default: ${value}.` : '';
  const examples = example === undefined ? {} : { examples: [(parse(example) as { json?: unknown }).json] };
  const annotations = {
    description: `${meaning}${words}`,
    ...('json' in parsed ? { default: parsed.json } : {}),
    ...examples,
  };
  return { ...annotations, ...(isReference(schema) ? { allOf: [schema] } : schema) };
}

/** In draft 07 what stands beside a reference is not read. */
function isReference(schema: JsonSchema | undefined): boolean {
  return schema !== undefined && '$ref' in schema;
}

function parse(text: string): { readonly json?: unknown } {
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    return {};
  }
}

function schemaOfOwned({ schema, planDefault }: OwnedKey, draft: SchemaDraft): JsonSchema {
  const described = schema['~standard'].jsonSchema.input({ target: draft === '07' ? 'draft-07' : 'draft-2020-12' });
  return planDefault === undefined ? described : { ...described, default: planDefault };
}

/** An input, its default and its choices of its type. */
function inputSchema(): JsonSchema {
  const ofType = (type: string): JsonSchema => ({
    properties: { type: { const: type }, default: { type }, enum: { items: { type } } },
  });
  return {
    description: 'A parameter of the plan.',
    ...objectOf(schemasOf(inputKeys), requiredOf(inputKeys)),
    anyOf: Object.keys(typeNames).map(ofType),
  };
}

/** Exactly one kind of work. */
function workOf(kinds: readonly string[]): JsonSchema {
  return kinds.length === 0 ? {} : { oneOf: kinds.map((kind) => ({ required: [kind] })) };
}

/** Keys that say the same thing in two ways. */
function besides(owned: ReadonlyMap<string, OwnedKey>): JsonSchema {
  const pairs = [...owned].flatMap(([key, { notBeside }]) =>
    notBeside === undefined || notBeside < key ? [] : [[key, notBeside]],
  );
  return pairs.length === 0 ? {} : { allOf: pairs.map((pair) => ({ not: { required: pair } })) };
}

function withDefinitions(schema: JsonSchema): JsonSchema {
  const { $defs, ...rest } = JSON.parse(
    JSON.stringify(schema).replaceAll('"#/$defs/', '"#/definitions/'),
  ) as JsonSchema;
  return { ...rest, definitions: $defs };
}
