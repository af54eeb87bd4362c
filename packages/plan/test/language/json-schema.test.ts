import type { Json } from '@orch/core/author';
import { describe, expect, test } from 'vitest';
import { issues } from './load.ts';

interface Row {
  readonly schema: Json;
  readonly fits: readonly unknown[];
  /** Each with what is said about it. */
  readonly misfits: readonly (readonly [value: unknown, ...issues: readonly string[]])[];
}

const self = JSON.parse('{"__proto__": 1}') as unknown;
const any = [null, true, 0, 'a', [1], { a: 1 }];

/** A row for each keyword, with values that it lets pass and values that it does not. */
const rows: Readonly<Record<string, Row>> = {
  true: {
    schema: true,
    fits: any,
    misfits: [
      [undefined, 'Must be JSON'],
      [[() => 0], '0: Must be JSON'],
    ],
  },
  false: { schema: false, fits: [], misfits: [[1, 'Must be left out, not 1']] },
  'no keyword': { schema: {}, fits: any, misfits: [[Number.NaN, 'Must be JSON']] },
  'type string': {
    schema: { type: 'string' },
    fits: ['', 'a'],
    misfits: [
      [1, 'Must be a text, not 1'],
      [null, 'Must be a text, not null'],
    ],
  },
  'type number': { schema: { type: 'number' }, fits: [1, 1.5, -0], misfits: [['1', 'Must be a number, not "1"']] },
  'type integer': {
    schema: { type: 'integer' },
    fits: [1, 1.0, -5],
    misfits: [
      [1.5, 'Must be a whole number, not 1.5'],
      [1e300, 'Must be at most 9007199254740991, not 1e+300'],
    ],
  },
  'type boolean': {
    schema: { type: 'boolean' },
    fits: [true, false],
    misfits: [
      ['true', 'Must be true or false, not "true"'],
      [0, 'Must be true or false, not 0'],
    ],
  },
  'type null': {
    schema: { type: 'null' },
    fits: [null],
    misfits: [
      [0, 'Must be null, not 0'],
      ['', 'Must be null, not ""'],
    ],
  },
  'type object': {
    schema: { type: 'object' },
    fits: [{}, { a: 1 }, self],
    misfits: [
      [[], 'Must be an object, not an empty list'],
      [null, 'Must be an object, not null'],
    ],
  },
  'type array': { schema: { type: 'array' }, fits: [[], [1, 'a']], misfits: [[{}, 'Must be a list, not an object']] },
  'several types': {
    schema: { type: ['string', 'null'] },
    fits: ['a', null],
    misfits: [[1, 'Must be a text or null, not 1']],
  },
  'one type in a list': {
    schema: { type: ['string'], minLength: 1 },
    fits: ['a'],
    misfits: [['', 'Must have at least 1 characters, and has 0']],
  },
  'several types with a limit': {
    schema: { type: ['string', 'number'], minLength: 2, minimum: 5 },
    fits: ['ab', 5],
    misfits: [
      ['a', 'Must have at least 2 characters, and has 1'],
      [4, 'Must be at least 5, not 4'],
    ],
  },
  enum: {
    schema: { enum: ['a', 1, null, true] },
    fits: ['a', 1, null, true],
    misfits: [
      ['b', 'Must be "a" or 1 or null or true, not "b"'],
      [false, 'Must be "a" or 1 or null or true, not false'],
      ['1', 'Must be "a" or 1 or null or true, not "1"'],
    ],
  },
  'enum of texts': {
    schema: { enum: ['a', '__proto__', '1'] },
    fits: ['a', '__proto__', '1'],
    misfits: [
      [1, 'Must be "1" or "a" or "__proto__", not 1'],
      ['toString', 'Must be "1" or "a" or "__proto__", not "toString"'],
    ],
  },
  'enum beside a type': {
    schema: { type: 'string', enum: ['a', 1] },
    fits: ['a'],
    misfits: [[1, 'Must be a text, not 1']],
  },
  'enum beside a limit': {
    schema: { type: 'number', minimum: 2, enum: [1, 2] },
    fits: [2],
    misfits: [
      [1, 'Must be at least 2, not 1'],
      [3, 'Must be 1 or 2, not 3'],
    ],
  },
  const: { schema: { const: 'a' }, fits: ['a'], misfits: [['b', 'Must be "a", not "b"']] },
  'const null': { schema: { const: null }, fits: [null], misfits: [[0, 'Must be null, not 0']] },
  'const beside enum': { schema: { const: 1, enum: [1, 2] }, fits: [1], misfits: [[2, 'Must be 1, not 2']] },
  minLength: {
    schema: { type: 'string', minLength: 2 },
    fits: ['ab'],
    misfits: [['a', 'Must have at least 2 characters, and has 1']],
  },
  maxLength: {
    schema: { type: 'string', maxLength: 2 },
    fits: ['ab'],
    misfits: [['abc', 'Must have at most 2 characters, and has 3']],
  },
  pattern: {
    schema: { type: 'string', pattern: 'b\\-c' },
    fits: ['ab-c'],
    misfits: [['x', 'Must match /b\\-c/, unlike "x"']],
  },
  minimum: { schema: { type: 'number', minimum: 2 }, fits: [2], misfits: [[1.9, 'Must be at least 2, not 1.9']] },
  maximum: { schema: { type: 'number', maximum: 2 }, fits: [2], misfits: [[2.1, 'Must be at most 2, not 2.1']] },
  exclusiveMinimum: {
    schema: { type: 'integer', exclusiveMinimum: 2 },
    fits: [3],
    misfits: [[2, 'Must be more than 2, not 2']],
  },
  exclusiveMaximum: {
    schema: { type: 'number', exclusiveMaximum: 2 },
    fits: [1.9],
    misfits: [[2, 'Must be less than 2, not 2']],
  },
  multipleOf: {
    schema: { type: 'number', multipleOf: 0.1 },
    fits: [0.3, 1],
    misfits: [[0.35, 'Must be a multiple of 0.1, not 0.35']],
  },
  properties: {
    schema: { type: 'object', properties: { a: { type: 'number' }, constructor: { type: 'number' } } },
    fits: [{}, { a: 1 }, { b: 'x' }, { toString: 'x' }],
    misfits: [
      [{ a: 'x' }, 'a: Must be a number, not "x"'],
      [{ constructor: 'x' }, 'constructor: Must be a number, not "x"'],
    ],
  },
  'properties: false': {
    schema: { type: 'object', properties: { a: false } },
    fits: [{}],
    misfits: [[{ a: 1 }, 'a: Must be left out, not 1']],
  },
  required: {
    schema: { type: 'object', required: ['a', 'toString'], properties: { a: true } },
    fits: [{ a: null, toString: 1 }],
    misfits: [[{}, 'a: Is missing', 'toString: Is missing']],
  },
  'required and a default': {
    schema: { type: 'object', required: ['a'], properties: { a: { type: 'number', default: 1 } } },
    fits: [{ a: 2 }],
    misfits: [[{}, 'a: Is missing']],
  },
  'required beside additionalProperties': {
    schema: { type: 'object', required: ['a'], additionalProperties: { type: 'number' } },
    fits: [{ a: 1, b: 2 }],
    misfits: [
      [{ a: 'x' }, 'a: Must be a number, not "x"'],
      [{}, 'a: Is missing'],
    ],
  },
  'additionalProperties: false': {
    schema: { type: 'object', properties: { a: true, b: true }, additionalProperties: false },
    fits: [{}, { a: 1, b: 2 }],
    misfits: [
      [{ c: 1 }, 'c: Is a key that is not allowed: there are "a", "b"'],
      [self, '__proto__: Is a key that is not allowed: there are "a", "b"'],
    ],
  },
  'no properties at all': {
    schema: { type: 'object', additionalProperties: false },
    fits: [{}],
    misfits: [[{ a: 1 }, 'a: Is a key that is not allowed']],
  },
  'additionalProperties in two schemas for one object': {
    schema: {
      allOf: [
        { type: 'object', properties: { a: true }, additionalProperties: false },
        { type: 'object', properties: { b: true }, additionalProperties: false },
      ],
    },
    fits: [{}],
    misfits: [
      [{ a: 1 }, 'a: Is a key that is not allowed: there are "b"'],
      [
        { a: 1, b: 1 },
        'b: Is a key that is not allowed: there are "a"',
        'a: Is a key that is not allowed: there are "b"',
      ],
    ],
  },
  additionalProperties: {
    schema: { type: 'object', properties: { a: true }, additionalProperties: { type: 'number' } },
    fits: [{ a: 'x', b: 1 }],
    misfits: [
      [{ b: 'x' }, 'b: Must be a number, not "x"'],
      [self, '__proto__: Is a key that is not allowed'],
    ],
  },
  'additionalProperties: true': {
    schema: { type: 'object', additionalProperties: true },
    fits: [{ a: 1 }],
    misfits: [[1, 'Must be an object, not 1']],
  },
  patternProperties: {
    schema: {
      type: 'object',
      properties: { xa: { type: 'number', minimum: 1 } },
      patternProperties: { '^x': { type: 'number' }, z$: { type: 'string' } },
    },
    fits: [{ xa: 1, xb: 2, c: 'c', z: 'z' }],
    misfits: [
      [{ xb: 'x' }, 'xb: Must be a number, not "x"'],
      [{ xa: 0 }, 'xa: Must be at least 1, not 0'],
      [{ xz: 1 }, 'xz: Must be a text, not 1'],
      [[], 'Must be an object, not an empty list'],
      [self, '__proto__: Is a key that is not allowed'],
    ],
  },
  'patternProperties and no other': {
    schema: { type: 'object', properties: { a: true }, patternProperties: { '^x': true }, additionalProperties: false },
    fits: [{ a: 1, xb: 1 }],
    misfits: [[{ b: 1 }, 'b: Is a key that is not allowed']],
  },
  propertyNames: {
    schema: { type: 'object', propertyNames: { pattern: '^a', maxLength: 2 } },
    fits: [{ ab: 1 }],
    misfits: [
      [{ b: 1 }, 'b: Is a key that is not allowed'],
      [{ abc: 1 }, 'abc: Is a key that is not allowed'],
    ],
  },
  'propertyNames: false': {
    schema: { type: 'object', propertyNames: false },
    fits: [{}],
    misfits: [[{ b: 1 }, 'b: Is a key that is not allowed']],
  },
  minProperties: {
    schema: { type: 'object', minProperties: 1 },
    fits: [{ a: 1 }],
    misfits: [[{}, 'Must have at least 1 keys, and has 0']],
  },
  maxProperties: {
    schema: { type: 'object', maxProperties: 1 },
    fits: [{ a: 1 }],
    misfits: [[{ a: 1, b: 1 }, 'Must have at most 1 keys, and has 2']],
  },
  items: {
    schema: { type: 'array', items: { type: 'number' } },
    fits: [[], [1, 2]],
    misfits: [[[1, 'x'], '1: Must be a number, not "x"']],
  },
  'items: false': {
    schema: { type: 'array', items: false },
    fits: [[]],
    misfits: [[[1], '0: Must be left out, not 1']],
  },
  prefixItems: {
    schema: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }] },
    fits: [[], ['a'], ['a', 1], ['a', 1, null]],
    misfits: [[['a', 'b'], '1: Must be a number, not "b"']],
  },
  'prefixItems and items': {
    schema: { type: 'array', prefixItems: [true], items: { type: 'number' }, minItems: 1 },
    fits: [['a'], ['a', 1]],
    misfits: [
      [[null, 'b'], '1: Must be a number, not "b"'],
      [[], '0: Is missing'],
    ],
  },
  'prefixItems and no more': {
    schema: { type: 'array', prefixItems: [true], items: false },
    fits: [[1]],
    misfits: [[[1, 2], 'Must have at most 1 items, and has 2']],
  },
  'items as a list, of draft-07': {
    schema: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'array',
      items: [{ type: 'string' }],
      additionalItems: { type: 'number' },
    },
    fits: [['a'], ['a', 1]],
    misfits: [
      [[1], '0: Must be a text, not 1'],
      [['a', 'b'], '1: Must be a number, not "b"'],
    ],
  },
  minItems: {
    schema: { type: 'array', minItems: 1 },
    fits: [[1]],
    misfits: [[[], 'Must have at least 1 items, and has 0']],
  },
  maxItems: {
    schema: { type: 'array', maxItems: 1 },
    fits: [[1]],
    misfits: [[[1, 2], 'Must have at most 1 items, and has 2']],
  },
  uniqueItems: {
    schema: { type: 'array', uniqueItems: true },
    fits: [[1, '1', [1], { a: 1 }]],
    misfits: [
      [[1, 2, 1], '2: Is the same as item 0, and "uniqueItems" wants none twice'],
      [
        [
          { a: 1, b: 2 },
          { b: 2, a: 1 },
        ],
        '1: Is the same as item 0, and "uniqueItems" wants none twice',
      ],
    ],
  },
  'uniqueItems: false': {
    schema: { type: 'array', uniqueItems: false },
    fits: [[1, 1]],
    misfits: [[1, 'Must be a list, not 1']],
  },
  contains: {
    schema: { type: 'array', contains: { type: 'string' } },
    fits: [[1, 'a']],
    misfits: [[[1], 'Must hold at least 1 of the items that "contains" asks for']],
  },
  minContains: {
    schema: { type: 'array', contains: { type: 'string' }, minContains: 2 },
    fits: [['a', 'b']],
    misfits: [[['a'], 'Must hold at least 2 of the items that "contains" asks for']],
  },
  'minContains: 0': {
    schema: { type: 'array', contains: { type: 'string' }, minContains: 0 },
    fits: [[], [1]],
    misfits: [[1, 'Must be a list, not 1']],
  },
  maxContains: {
    schema: { type: 'array', contains: { type: 'string' }, maxContains: 1 },
    fits: [['a', 1]],
    misfits: [
      [['a', 'b'], 'Must hold at most 1 of the items that "contains" asks for'],
      [[1], 'Must hold at least 1 of the items that "contains" asks for'],
    ],
  },
  anyOf: {
    schema: { anyOf: [{ type: 'number' }, { type: 'object', required: ['a'] }] },
    fits: [1, { a: 1 }],
    misfits: [
      ['x', 'Must be a number or an object, not "x"'],
      [{}, 'Fits none of the 2 alternatives: an object'],
    ],
  },
  'anyOf beside properties': {
    schema: {
      type: 'object',
      properties: { a: { type: 'number' } },
      anyOf: [
        { type: 'object', required: ['a'] },
        { type: 'object', required: ['b'] },
      ],
    },
    fits: [{ a: 1 }, { b: 1 }],
    misfits: [
      [{ a: 'x', b: 1 }, 'a: Must be a number, not "x"'],
      [{}, 'Fits none of the 2 alternatives: an object'],
    ],
  },
  oneOf: {
    schema: { oneOf: [{ type: 'number' }, { type: 'integer' }, { type: 'string' }] },
    fits: [1.5, 'a'],
    misfits: [
      [1, 'Fits more than one of the alternatives of "oneOf", and must fit one: 1'],
      [null, 'Must be a number or a text, not null'],
    ],
  },
  'oneOf with one': {
    schema: { oneOf: [{ type: 'number' }] },
    fits: [1],
    misfits: [['a', 'Must be a number, not "a"']],
  },
  'oneOf beside anyOf': {
    schema: { oneOf: [{ type: 'number' }, { type: 'string' }], anyOf: [{ const: 1 }, { const: 2 }] },
    fits: [1, 2],
    misfits: [[3, 'Must be 1 or 2, not 3']],
  },
  allOf: {
    schema: {
      allOf: [
        { type: 'object', required: ['a'] },
        { type: 'object', properties: { a: { type: 'number' } } },
      ],
    },
    fits: [{ a: 1 }],
    misfits: [
      [{}, 'a: Is missing'],
      [{ a: 'x' }, 'a: Must be a number, not "x"'],
    ],
  },
  'allOf beside anyOf': {
    schema: { allOf: [{ type: 'number' }], anyOf: [{ const: 1 }, { const: 'a' }] },
    fits: [1],
    misfits: [['a', 'Must be a number, not "a"']],
  },
  $ref: {
    schema: {
      $defs: { 'a/b ~': { type: 'number' } },
      type: 'object',
      properties: { x: { $ref: '#/$defs/a~1b%20~0' } },
    },
    fits: [{ x: 1 }],
    misfits: [[{ x: 'a' }, 'x: Must be a number, not "a"']],
  },
  '$ref beside a limit': {
    schema: {
      definitions: { n: { type: 'number' } },
      $ref: '#/definitions/n',
      allOf: [{ type: 'number', minimum: 2 }],
    },
    fits: [2],
    misfits: [[1, 'Must be at least 2, not 1']],
  },
  '$ref and both names of definitions': {
    schema: {
      definitions: { n: { type: 'number' } },
      $defs: { n: { type: 'string' } },
      type: 'array',
      prefixItems: [{ $ref: '#/definitions/n' }, { $ref: '#/$defs/n' }],
    },
    fits: [[1, 'a']],
    misfits: [[['a', 1], '0: Must be a number, not "a"', '1: Must be a text, not 1']],
  },
  '$ref to all of it': {
    schema: { type: 'object', properties: { next: { $ref: '#' } }, additionalProperties: false },
    fits: [{ next: { next: {} } }],
    misfits: [[{ next: { next: 1 } }, 'next: next: Must be an object, not 1']],
  },
  'definitions that hold one another': {
    schema: {
      $ref: '#/$defs/tree',
      $defs: {
        tree: { type: 'object', properties: { items: { $ref: '#/$defs/list' } } },
        list: { type: 'array', items: { $ref: '#/$defs/tree' } },
      },
    },
    fits: [{ items: [{ items: [] }] }],
    misfits: [[{ items: [{ items: 1 }] }, 'items: 0: items: Must be a list, not 1']],
  },
  'a property called like a keyword': {
    schema: { type: 'object', properties: { not: { type: 'number' }, $ref: { type: 'number' } } },
    fits: [{ not: 1 }],
    misfits: [[{ not: 'a', $ref: 'b' }, 'not: Must be a number, not "a"', '$ref: Must be a number, not "b"']],
  },
  'notes for people': {
    schema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'https://example.com/a',
      $comment: 'c',
      title: 't',
      description: 'd',
      default: 1,
      examples: [1],
      deprecated: true,
      readOnly: true,
      writeOnly: true,
      'x-owner': { not: 1 },
    },
    fits: any,
    misfits: [[undefined, 'Must be JSON']],
  },
};

const formats: Readonly<Record<string, readonly [fits: readonly string[], misfits: readonly string[]]>> = {
  'date-time': [
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.5+02:00'],
    ['2026-01-31', '2026-02-30T12:00:00Z', '2026-01-31T12:00:00'],
  ],
  date: [['2024-02-29'], ['2026-02-29', '1.2.2026']],
  time: [['12:00:00Z'], ['12:00', '25:00:00Z']],
  duration: [
    ['P1DT2H', 'PT5M'],
    ['5m', 'P'],
  ],
  email: [['a@example.com'], ['a', 'a@']],
  hostname: [
    ['example.com', 'localhost'],
    ['a b', '-a.com'],
  ],
  ipv4: [['127.0.0.1'], ['256.0.0.1', '::1']],
  ipv6: [
    ['::1', '2001:db8::1'],
    ['127.0.0.1', ':::'],
  ],
  uri: [
    ['https://example.com/a?b#c', 'urn:a:b'],
    ['a', '/a/b'],
  ],
  uuid: [['123e4567-e89b-12d3-a456-426614174000'], ['123e4567', '123e4567-e89b-12d3-a456-42661417400z']],
};

describe('JSON Schema', () => {
  test.each(Object.entries(rows))('%s', async (_, { schema, fits, misfits }) => {
    for (const value of fits) expect({ value, issues: await issues(schema, value) }).toEqual({ value, issues: [] });
    for (const [value, ...expected] of misfits)
      expect({ value, issues: await issues(schema, value) }).toEqual({ value, issues: expected });
  });
  test.each(Object.entries(formats))('format %s', async (format, [fits, misfits]) => {
    for (const text of fits)
      expect({ text, issues: await issues({ type: 'string', format }, text) }).toEqual({ text, issues: [] });
    for (const text of misfits)
      expect(await issues({ type: 'string', format }, text)).toEqual([
        expect.stringMatching(/^Must (be written as|match) /),
      ]);
  });
});
