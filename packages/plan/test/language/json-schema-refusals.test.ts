import type { Json } from '@orch/core/author';
import { describe, expect, test } from 'vitest';
import { issues, language, schema } from './load.ts';

function refusal(source: Json): unknown {
  const made = language.schema(source);
  return 'problem' in made ? [made.problem, ...(made.path ?? [])] : 'carried out';
}

describe('a JSON Schema is refused, with the place', () => {
  test.each([
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
  ])('for the keyword %s', (keyword) => {
    for (const value of [{}, true, 'a']) {
      const message = `The keyword "${keyword}" is not supported`;
      expect(refusal({ type: 'object', [keyword]: value })).toEqual([message, keyword]);
      const around = { type: 'object', properties: { a: { anyOf: [{ type: 'array', items: { [keyword]: value } }] } } };
      expect(refusal(around)).toEqual([message, 'properties', 'a', 'anyOf', 0, 'items', keyword]);
      expect(refusal({ $defs: { unused: { [keyword]: value } } })).toEqual([message, '$defs', 'unused', keyword]);
    }
  });

  test.each([
    [
      'a word that is no keyword',
      { requried: [] },
      ['There is no keyword "requried": did you mean required?', 'requried'],
    ],
    ['a keyword of others', { nullable: true }, ['There is no keyword "nullable"', 'nullable']],
    ['a name of objects', JSON.parse('{"__proto__": {}}'), ['There is no keyword "__proto__"', '__proto__']],
    ['no schema', 1, ['A schema is an object, true or false']],
    ['no schema within', { type: 'array', items: 'number' }, ['A schema is an object, true or false', 'items']],
    [
      'another draft',
      { $schema: 'http://json-schema.org/draft-04/schema#' },
      ['"$schema" is draft 2020-12 or draft-07', '$schema'],
    ],
    [
      '$defs further down',
      { anyOf: [{ $defs: {} }] },
      ['The keyword "$defs" is supported at the top of a schema only', 'anyOf', 0, '$defs'],
    ],
    [
      'an unknown type',
      { type: 'text' },
      ['"type" is one or several of string, number, integer, boolean, null, object, array', 'type'],
    ],
    [
      'no type in a list',
      { type: [] },
      ['"type" is one or several of string, number, integer, boolean, null, object, array', 'type'],
    ],
    ['a limit without a type', { minimum: 1 }, ['"minimum" is checked beside "type": "number" only', 'minimum']],
    ['keys without a type', { required: ['a'] }, ['"required" is checked beside "type": "object" only', 'required']],
    [
      'a limit of another type',
      { type: 'string', minimum: 1 },
      ['"minimum" says nothing about the type "string"', 'minimum'],
    ],
    ['lists in enum', { enum: [[1]] }, ['Lists and objects in "enum" are not supported', 'enum']],
    ['an object in const', { const: {} }, ['Lists and objects in "const" are not supported', 'const']],
    ['an empty enum', { enum: [] }, ['"enum" is a list of at least one value', 'enum']],
    ['an empty anyOf', { anyOf: [] }, ['"anyOf" is a list of at least one schema', 'anyOf']],
    ['an allOf that is no list', { allOf: {} }, ['"allOf" is a list of at least one schema', 'allOf']],
    [
      'a limit that is no number',
      { type: 'number', exclusiveMinimum: true },
      ['"exclusiveMinimum" is a number', 'exclusiveMinimum'],
    ],
    ['multiples of nothing', { type: 'number', multipleOf: 0 }, ['"multipleOf" is a number above 0', 'multipleOf']],
    ['a count that is none', { type: 'string', minLength: 1.5 }, ['"minLength" is a whole number from 0', 'minLength']],
    ['a pattern that is none', { type: 'string', pattern: '(' }, ['"(" is no regular expression', 'pattern']],
    [
      'a pattern that means another thing here',
      { type: 'string', pattern: '\\p{L}' },
      ['\\p{…} and \\u{…} are not supported in patterns of a schema', 'pattern'],
    ],
    [
      'a pattern of keys',
      { type: 'object', patternProperties: { '(': true } },
      ['"(" is no regular expression', 'patternProperties', '('],
    ],
    [
      'a format that nothing checks',
      { type: 'string', format: 'uri-reference' },
      [
        'The format "uri-reference" is not supported: there are date-time, date, time, duration, email, hostname, ipv4, ipv6, uri, uuid',
        'format',
      ],
    ],
    ['required as draft-03 had it', { type: 'object', required: true }, ['"required" is a list of keys', 'required']],
    [
      'properties that are no object',
      { type: 'object', properties: [] },
      ['"properties" is an object of schemas', 'properties'],
    ],
    [
      'a property that zod drops',
      JSON.parse('{"type": "object", "properties": {"__proto__": true}}'),
      ['A property named "__proto__" is not supported', 'properties', '__proto__'],
    ],
    [
      'two schemas for other keys',
      { type: 'object', patternProperties: { a: true }, additionalProperties: { type: 'number' } },
      ['"additionalProperties" beside "patternProperties" is supported as true or false only', 'additionalProperties'],
    ],
    [
      'a list of items beside prefixItems',
      { type: 'array', items: [true], prefixItems: [true] },
      ['"items" beside "prefixItems" is one schema', 'items'],
    ],
    [
      'additionalItems beside one schema',
      { type: 'array', items: true, additionalItems: false },
      ['"additionalItems" is checked beside a list of "items" only', 'additionalItems'],
    ],
    [
      'an empty prefixItems',
      { type: 'array', prefixItems: [] },
      ['"prefixItems" is a list of at least one schema', 'prefixItems'],
    ],
    [
      'minContains alone',
      { type: 'array', minContains: 1 },
      ['"minContains" is checked beside "contains" only', 'minContains'],
    ],
    [
      'uniqueItems that is no boolean',
      { type: 'array', uniqueItems: 1 },
      ['"uniqueItems" is true or false', 'uniqueItems'],
    ],
    [
      'a reference to nowhere',
      { $ref: '#/$defs/a', $defs: {} },
      ['"$ref" leads to "#" or to a schema in "#/$defs/", not to "#/$defs/a"', '$ref'],
    ],
    [
      'a reference into a property',
      { $ref: '#/properties/a' },
      ['"$ref" leads to "#" or to a schema in "#/$defs/", not to "#/properties/a"', '$ref'],
    ],
    [
      'a reference to another file',
      { $ref: 'https://example.com/a.json' },
      ['"$ref" leads to "#" or to a schema in "#/$defs/", not to "https://example.com/a.json"', '$ref'],
    ],
    [
      'a reference that is no text',
      { $ref: {} },
      ['"$ref" leads to "#" or to a schema in "#/$defs/", not to {}', '$ref'],
    ],
    ['a reference to itself', { $ref: '#' }, ['This schema refers to itself without end']],
    [
      'references in a circle',
      { $defs: { a: { anyOf: [{ $ref: '#/$defs/b' }, { type: 'null' }] }, b: { allOf: [{ $ref: '#/$defs/a' }] } } },
      ['This schema refers to itself without end', '$defs', 'a'],
    ],
    ['definitions that are no object', { $defs: [] }, ['"$defs" is an object of schemas', '$defs']],
  ] as const)('%s', (_, source, expected) => {
    expect(refusal(source as Json)).toEqual(expected);
  });

  test('that is too deep or too large', () => {
    let deep: Json = true;
    for (let level = 0; level < 300; level++) deep = { type: 'array', items: deep };
    expect(refusal(deep)).toEqual(['The schema is nested too deeply', ...Array.from({ length: 201 }, () => 'items')]);
    const many = { anyOf: Array.from({ length: 10_001 }, () => true) };
    expect(refusal(many)).toEqual(['A schema holds at most 10000 schemas', 'anyOf', 9_999]);
  });
});

describe('a check ends', () => {
  test('on a value that is nested deeper than functions can call themselves', async () => {
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level++) deep = [deep];
    expect(await issues(true, deep)).toEqual(['Is nested more than 500 levels deep']);
    const list = { $ref: '#/$defs/list', $defs: { list: { type: 'array', items: { $ref: '#/$defs/list' } } } };
    let lists: unknown = [];
    for (let level = 0; level < 500; level++) lists = [lists];
    expect(await issues(list, lists)).toEqual([]);
  });
  test('on a pattern that would try for ever', async () => {
    expect(await issues({ type: 'string', pattern: '^(a+)+$' }, `${'a'.repeat(50)}!`)).toEqual([
      "Can't be checked: the schema takes longer than 2 seconds on a value like this",
    ]);
  });
  test('with the first issues only', async () => {
    const said = await issues(
      { type: 'array', items: { type: 'string' } },
      Array.from({ length: 1_000 }, () => 0),
    );
    expect(said).toHaveLength(21);
    expect(said.slice(19)).toEqual(['19: Must be a text, not 0', 'And more: only the first 20 are named']);
  });
});

test('what fits is given back as it came, with no default filled in and no key left out', async () => {
  const value = JSON.parse('{"a": {"__proto__": 1, "constructor": 2}, "extra": 3}') as unknown;
  const source = { type: 'object', properties: { a: { type: 'object' }, b: { type: 'number', default: 5 } } };
  expect(await schema(source)['~standard'].validate(value)).toEqual({ value });
  expect((await schema(source)['~standard'].validate(value)) as { readonly value: unknown }).toHaveProperty(
    'value',
    value,
  );
});

test('a text that is found is shown whole or not at all, so that who hides secrets finds it', async () => {
  expect(await issues({ type: 'number' }, 'x'.repeat(60))).toEqual([`Must be a number, not "${'x'.repeat(60)}"`]);
  expect(await issues({ type: 'number' }, 'x'.repeat(61))).toEqual(['Must be a number, not a text of 61 characters']);
  expect(await issues({ type: 'number' }, 'a"b')).toEqual(['Must be a number, not a text of 3 characters']);
});
