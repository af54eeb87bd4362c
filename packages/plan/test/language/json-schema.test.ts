import { describe } from 'vitest';
import { testRows, withProto } from './rows.ts';

const any = [null, true, 0, 'a', [1], { a: 1 }];

describe('JSON Schema for any value', () => {
  testRows({
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
      fits: [{}, { a: 1 }, withProto],
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
  });
});
