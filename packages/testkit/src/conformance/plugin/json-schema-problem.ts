export type Draft = 'draft-2020-12' | 'draft-07';

/** Keywords that mean something in the other draft only: what they say would be ignored. */
const strange: Readonly<Record<Draft, readonly string[]>> = {
  'draft-07': [
    'dependentRequired',
    'dependentSchemas',
    'maxContains',
    'minContains',
    'prefixItems',
    'unevaluatedItems',
    'unevaluatedProperties',
  ],
  'draft-2020-12': ['additionalItems', 'dependencies'],
};

const types: readonly unknown[] = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'];

const one = ['additionalProperties', 'contains', 'else', 'if', 'items', 'not', 'propertyNames', 'then'];
const lists = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const maps = ['$defs', 'definitions', 'dependentSchemas', 'patternProperties', 'properties'];

/** What keywords may hold that hold no schemas. */
const forms: Readonly<Record<string, (value: unknown) => boolean>> = {
  type: (value) => [value].flat().every((type) => types.includes(type)),
  enum: Array.isArray,
  required: (value) => Array.isArray(value) && value.every((name) => typeof name === 'string'),
  pattern: isPattern,
  minimum: Number.isFinite,
  maximum: Number.isFinite,
  exclusiveMinimum: Number.isFinite,
  exclusiveMaximum: Number.isFinite,
  minLength: isCount,
  maxLength: isCount,
  minItems: isCount,
  maxItems: isCount,
  minProperties: isCount,
  maxProperties: isCount,
};

/**
 * What is wrong with a JSON Schema of a draft, and where; `undefined`: nothing that a look at its keywords shows. It is
 * no whole validator: those are dependencies.
 */
export function jsonSchemaProblem(schema: unknown, draft: Draft, where = 'the schema'): string | undefined {
  if (typeof schema === 'boolean') return undefined;
  if (!isObject(schema)) return `${where} is neither an object nor true or false`;
  const { $schema = draft } = schema;
  if (typeof $schema !== 'string' || !$schema.replace('/draft/2020-12', '/draft-2020-12').includes(draft))
    return `${where} names ${String($schema)} as its draft, not ${draft}`;
  for (const [keyword, value] of Object.entries(schema)) {
    const problem = keywordProblem(keyword, value, draft, `${where}.${keyword}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function keywordProblem(keyword: string, value: unknown, draft: Draft, where: string): string | undefined {
  if (strange[draft].includes(keyword)) return `${where} is no keyword of ${draft}`;
  if (forms[keyword]?.(value) === false) return `${where} can't be ${JSON.stringify(value)}`;
  if (lists.includes(keyword) || (keyword === 'items' && draft === 'draft-07' && Array.isArray(value))) {
    if (!Array.isArray(value)) return `${where} is no list of schemas`;
    return firstProblem(value.entries(), draft, where);
  }
  if (one.includes(keyword)) return jsonSchemaProblem(value, draft, where);
  if (!maps.includes(keyword)) return undefined;
  return isObject(value) ? firstProblem(Object.entries(value), draft, where) : `${where} is no map of schemas`;
}

function firstProblem(
  schemas: Iterable<readonly [string | number, unknown]>,
  draft: Draft,
  where: string,
): string | undefined {
  for (const [key, schema] of schemas) {
    const problem = jsonSchemaProblem(schema, draft, `${where}.${key}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isPattern(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    new RegExp(value, 'u').test('');
    return true;
  } catch {
    return false;
  }
}
