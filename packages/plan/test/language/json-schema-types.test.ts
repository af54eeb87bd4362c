import { describe, expect, test } from 'vitest';
import { issues } from './load.ts';
import { testRows, withProto } from './rows.ts';

describe('JSON Schema for values of one type', () => {
  testRows({
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
        [withProto, '__proto__: Is a key that is not allowed: there are "a", "b"'],
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
        [withProto, '__proto__: Is a key that is not allowed'],
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
        [withProto, '__proto__: Is a key that is not allowed'],
      ],
    },
    'patternProperties and no other': {
      schema: {
        type: 'object',
        properties: { a: true },
        patternProperties: { '^x': true },
        additionalProperties: false,
      },
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
  });
});

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
  test.each(Object.entries(formats))('format %s', async (format, [fits, misfits]) => {
    for (const text of fits)
      expect({ text, issues: await issues({ type: 'string', format }, text) }).toEqual({ text, issues: [] });
    for (const text of misfits)
      expect(await issues({ type: 'string', format }, text)).toEqual([
        expect.stringMatching(/^Must (be written as|match) /),
      ]);
  });
});
