import { didYouMean, quote } from '@orch/core/author';

/** The types that a schema may ask for, each with the family of keywords that says more about it. */
export const families = {
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  null: 'null',
  object: 'object',
  array: 'array',
} as const;
export type TypeName = keyof typeof families;
export type Family = (typeof families)[TypeName];

/** Keywords that say something about values of one type only, with that type. */
export const typed: Readonly<Record<string, Family>> = {
  minLength: 'string',
  maxLength: 'string',
  pattern: 'string',
  format: 'string',
  minimum: 'number',
  maximum: 'number',
  exclusiveMinimum: 'number',
  exclusiveMaximum: 'number',
  multipleOf: 'number',
  properties: 'object',
  required: 'object',
  additionalProperties: 'object',
  patternProperties: 'object',
  propertyNames: 'object',
  minProperties: 'object',
  maxProperties: 'object',
  items: 'array',
  prefixItems: 'array',
  additionalItems: 'array',
  minItems: 'array',
  maxItems: 'array',
  uniqueItems: 'array',
  contains: 'array',
  minContains: 'array',
  maxContains: 'array',
};

const general = ['type', 'enum', 'const', 'anyOf', 'oneOf', 'allOf', '$ref'];

/** They say something to people and change nothing: a default is not filled in. */
const notes = ['$comment', 'title', 'description', 'default', 'examples', 'deprecated', 'readOnly', 'writeOnly'];

/** Only at the top of a schema. */
const outermost = ['$schema', '$id', '$defs', 'definitions'];

/** Keywords of JSON Schema that nothing here could carry out. */
const notSupported = [
  'not',
  'if',
  'then',
  'else',
  'dependentRequired',
  'dependentSchemas',
  'dependencies',
  'unevaluatedProperties',
  'unevaluatedItems',
  'contentEncoding',
  'contentMediaType',
  'contentSchema',
  'id',
  '$anchor',
  '$dynamicRef',
  '$dynamicAnchor',
  '$recursiveRef',
  '$recursiveAnchor',
  '$vocabulary',
];

export const formats: readonly string[] = [
  'date-time',
  'date',
  'time',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uri',
  'uuid',
];

/** Why a keyword is refused wherever it stands, if it is. */
export function keywordProblem(keyword: string, isOutermost: boolean): string | undefined {
  if (keyword.startsWith('x-') || [...general, ...notes].includes(keyword) || Object.hasOwn(typed, keyword))
    return undefined;
  if (outermost.includes(keyword))
    return isOutermost ? undefined : `The keyword ${quote(keyword)} is supported at the top of a schema only`;
  if (notSupported.includes(keyword)) return `The keyword ${quote(keyword)} is not supported`;
  const guess = didYouMean(keyword, [...general, ...notes, ...outermost, ...Object.keys(typed)]);
  return `There is no keyword ${quote(keyword)}${guess === undefined ? '' : `: did you mean ${guess}?`}`;
}
