import { quote, type Json } from '@orch/core/author';
import { compilePattern, needsUnicode } from '../pattern.ts';
import { formats } from './keywords.ts';
import { carryWithin, isSchemaObject, refuse, type Carried, type SchemaObject, type Walk } from './walk.ts';

type Made = Record<string, Json>;

export function stringPart(schema: SchemaObject, walk: Walk): Made {
  const made = copyCounts(['minLength', 'maxLength'], schema, walk);
  const { pattern, format } = schema;
  if (pattern !== undefined) made['pattern'] = checkPattern(pattern, walk, 'pattern');
  if (format !== undefined) {
    if (typeof format !== 'string' || !formats.includes(format))
      refuse(`The format ${JSON.stringify(format)} is not supported: there are ${formats.join(', ')}`, walk, 'format');
    made['format'] = format;
  }
  return made;
}

export function numberPart(schema: SchemaObject, walk: Walk): Made {
  const made: Made = {};
  for (const keyword of ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']) {
    const limit = schema[keyword];
    if (limit === undefined) continue;
    if (typeof limit !== 'number' || (keyword === 'multipleOf' && limit <= 0))
      refuse(`${quote(keyword)} is a number${keyword === 'multipleOf' ? ' above 0' : ''}`, walk, keyword);
    made[keyword] = limit;
  }
  return made;
}

export function objectPart(schema: SchemaObject, walk: Walk): Made {
  const patterns = schemasOf('patternProperties', schema, walk);
  for (const pattern of Object.keys(patterns)) checkPattern(pattern, walk, 'patternProperties', pattern);
  const declared = schemasOf('properties', schema, walk);
  if (Object.hasOwn(declared, '__proto__'))
    refuse('A property named "__proto__" is not supported', walk, 'properties', '__proto__');
  const required = requiredOf(schema, walk);
  const additional = additionalOf(schema, walk);
  const properties: Record<string, Carried> = { ...declared };
  // zod passes over a required key that is no property.
  for (const key of required)
    if (!Object.hasOwn(properties, key)) properties[key] = additional ?? carryWithin(true, walk);
  const names = keySchemas(schema, walk, {
    declared,
    patterns,
    open: schema['additionalProperties'] !== false,
    checked: additional !== undefined,
  });
  return {
    ...copyCounts(['minProperties', 'maxProperties'], schema, walk),
    ...(Object.keys(properties).length > 0 ? { properties, required } : {}),
    ...(Object.keys(patterns).length > 0 ? { patternProperties: patterns } : {}),
    ...(additional === undefined ? {} : { additionalProperties: additional }),
    ...(names.length === 0 ? {} : { propertyNames: names.length === 1 ? names[0]! : { allOf: names } }),
  };
}

/** The schema for keys that no other keyword knows; nothing where they may be anything, or where there may be none. */
function additionalOf(
  { additionalProperties: given, patternProperties }: SchemaObject,
  walk: Walk,
): Carried | undefined {
  if (given === undefined || typeof given === 'boolean') return undefined;
  if (patternProperties !== undefined)
    refuse(
      '"additionalProperties" beside "patternProperties" is supported as true or false only',
      walk,
      'additionalProperties',
    );
  return carryWithin(given, walk, 'additionalProperties');
}

function requiredOf({ required }: SchemaObject, walk: Walk): readonly string[] {
  if (required === undefined) return [];
  const isKey = (key: Json): key is string => typeof key === 'string' && key !== '__proto__';
  if (!Array.isArray(required) || !required.every(isKey))
    return refuse('"required" is a list of keys', walk, 'required');
  return required;
}

interface Keys {
  readonly declared: Readonly<Record<string, Carried>>;
  readonly patterns: Readonly<Record<string, Carried>>;
  readonly open: boolean;
  readonly checked: boolean;
}

/**
 * What the keys themselves must be. Keys that nobody declared are refused here too: of several schemas for one object zod
 * refuses a key only where all of them do.
 */
function keySchemas(schema: SchemaObject, walk: Walk, { declared, patterns, open, checked }: Keys): readonly Carried[] {
  const names: Carried[] = [];
  const given = schema['propertyNames'];
  if (isSchemaObject(given)) names.push(carryWithin({ type: 'string', ...given }, walk, 'propertyNames'));
  else if (given !== undefined && given !== true) names.push(carryWithin(given, walk, 'propertyNames'));
  if (!open) {
    const known = { type: 'string', enum: Object.keys(declared) };
    names.push({ anyOf: [known, ...Object.keys(patterns).map((pattern) => ({ type: 'string', pattern }))] });
  }
  // zod leaves this key out of what it checks.
  if (checked || Object.keys(patterns).length > 0) names.push({ type: 'string', pattern: '^(?!__proto__$)' });
  return names;
}

export function arrayPart(schema: SchemaObject, walk: Walk): Made {
  const { items, prefixItems, additionalItems, uniqueItems, contains } = schema;
  const made = copyCounts(['minItems', 'maxItems', 'minContains', 'maxContains'], schema, walk);
  const first = Array.isArray(items) ? 'items' : 'prefixItems';
  const rest = Array.isArray(items) ? 'additionalItems' : 'items';
  if (Array.isArray(items) && prefixItems !== undefined)
    refuse('"items" beside "prefixItems" is one schema', walk, 'items');
  if (!Array.isArray(items) && additionalItems !== undefined)
    refuse('"additionalItems" is checked beside a list of "items" only', walk, 'additionalItems');
  const places = schema[first];
  if (places !== undefined) {
    if (!Array.isArray(places) || places.length === 0)
      return refuse(`"${first}" is a list of at least one schema`, walk, first);
    made['prefixItems'] = places.map((place: Json, index) => carryWithin(place, walk, first, index));
  }
  made['items'] = schema[rest] === undefined ? true : carryWithin(schema[rest], walk, rest);
  if (uniqueItems !== undefined) {
    if (typeof uniqueItems !== 'boolean') refuse('"uniqueItems" is true or false', walk, 'uniqueItems');
    made['uniqueItems'] = uniqueItems;
  }
  if (contains !== undefined) made['contains'] = carryWithin(contains, walk, 'contains');
  else
    for (const keyword of ['minContains', 'maxContains'])
      if (schema[keyword] !== undefined) refuse(`"${keyword}" is checked beside "contains" only`, walk, keyword);
  return made;
}

function copyCounts(keywords: readonly string[], schema: SchemaObject, walk: Walk): Made {
  const made: Made = {};
  for (const keyword of keywords) {
    const count = schema[keyword];
    if (count === undefined) continue;
    if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0)
      refuse(`${quote(keyword)} is a whole number from 0`, walk, keyword);
    made[keyword] = count;
  }
  return made;
}

function schemasOf(keyword: string, schema: SchemaObject, walk: Walk): Record<string, Carried> {
  const given = schema[keyword];
  if (given === undefined) return {};
  if (!isSchemaObject(given)) return refuse(`${quote(keyword)} is an object of schemas`, walk, keyword);
  return Object.fromEntries(Object.keys(given).map((key) => [key, carryWithin(given[key]!, walk, keyword, key)]));
}

function checkPattern(pattern: Json, walk: Walk, ...steps: string[]): string {
  if (typeof pattern !== 'string') return refuse('"pattern" is a text', walk, ...steps);
  if (needsUnicode.test(pattern)) refuse('\\p{…} and \\u{…} are not supported in patterns of a schema', walk, ...steps);
  if (compilePattern(pattern) === undefined) refuse(`${quote(pattern)} is no regular expression`, walk, ...steps);
  return pattern;
}
