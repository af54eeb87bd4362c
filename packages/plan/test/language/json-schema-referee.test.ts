import type { Json } from '@orch/core/author';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { language } from './load.ts';

// Few keys, numbers and texts, so that schemas and values meet.
const key = fc.constantFrom('a', 'b', 'ab', 'isPrototypeOf');
const scalar = fc.constantFrom<Json>(null, true, false, 0, 1, 2, 1.5, '', 'a', 'ab', '1');
const value = fc.letrec<{ any: Json }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(key, tie('any'), { maxKeys: 3 }),
  ),
})).any;

const schema = fc.letrec<{ any: Json }>((tie) => {
  const any = tie('any');
  const some = <T>(made: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: made });
  const count = fc.nat(3);
  const number = fc.constantFrom(0, 1, 1.5, 2);
  const pattern = fc.constantFrom('a', '^a', 'b$', '^$');
  const several = fc.array(any, { minLength: 1, maxLength: 3 });
  const record = (keywords: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Json> =>
    fc
      .record(
        Object.fromEntries(Object.entries(keywords).map(([name, made]) => [name, name === 'type' ? made : some(made)])),
      )
      .map((made) => JSON.parse(JSON.stringify(made)) as Json);
  const choices = { anyOf: several, oneOf: several, allOf: several, $ref: fc.constantFrom('#/$defs/a', '#/$defs/b') };
  return {
    any: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      {
        weight: 3,
        arbitrary: fc.constantFrom<Json>(true, {}, true, {}, false, { type: ['null', 'integer', 'string'] }),
      },
      record({ type: fc.constant('string'), minLength: count, maxLength: count, pattern, ...choices }),
      record({
        type: fc.constantFrom('number', 'integer'),
        minimum: number,
        maximum: number,
        exclusiveMinimum: number,
        exclusiveMaximum: number,
        multipleOf: fc.constantFrom(1, 0.5),
      }),
      record({
        type: fc.constantFrom('object', ['object', 'string']),
        properties: fc.dictionary(key, any, { maxKeys: 2 }),
        required: fc.uniqueArray(key, { maxLength: 2 }),
        additionalProperties: any,
        patternProperties: fc.dictionary(pattern, any, { maxKeys: 2 }),
        propertyNames: fc.oneof(
          fc.record({ pattern }),
          fc.record({ enum: fc.array(key, { minLength: 1 }) }),
          fc.boolean(),
        ),
        minProperties: count,
        maxProperties: count,
        ...choices,
      }),
      record({
        type: fc.constantFrom('array', ['array', 'null']),
        items: any,
        prefixItems: several,
        minItems: count,
        maxItems: count,
        uniqueItems: fc.boolean(),
        contains: any,
        minContains: count,
        maxContains: count,
        ...choices,
      }),
      record({
        type: fc.constantFrom('string', 'number', 'object', 'boolean', 'null'),
        enum: fc.array(scalar, { minLength: 1, maxLength: 3 }),
        const: scalar,
        ...choices,
      }),
      fc.record({ enum: fc.uniqueArray(scalar, { minLength: 1, maxLength: 4 }) }),
      fc.record({ const: scalar }),
      fc.record({ anyOf: several, oneOf: several }),
      fc.record({ allOf: several }),
      fc.record({ oneOf: several }),
    ),
  };
}).any;

/** The code that ajv makes throws for some schemas, with `Cannot set properties of undefined`: then it decides nothing. */
function judge(referee: (value: unknown) => unknown, value: Json): boolean | undefined {
  try {
    return referee(value) === true;
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return undefined;
  }
}

test('a schema that is carried out accepts exactly what another implementation accepts', async () => {
  const ajv = new Ajv2020({
    strict: false,
    ownProperties: true,
    unicodeRegExp: false,
    addUsedSchema: false,
    validateSchema: false,
    logger: false,
  });
  const tally = { refused: 0, fits: 0, misfits: 0, undecided: 0 };
  await fc.assert(
    fc.asyncProperty(
      schema,
      schema,
      schema,
      fc.array(value, { minLength: 15, maxLength: 20, size: 'max' }),
      async (main, a, b, values) => {
        const whole: Json = { allOf: [main], $defs: { a, b } };
        const made = language.schema(whole);
        if ('problem' in made) {
          tally.refused++;
          return;
        }
        const referee = ajv.compile(whole as object);
        for (const one of values) {
          const checked = await made['~standard'].validate(one);
          const fits = judge(referee, one);
          if (fits === undefined) {
            tally.undecided++;
            continue;
          }
          expect({ fits: checked.issues === undefined, value: one }).toEqual({ fits, value: one });
          for (const issue of checked.issues ?? []) expect(issue.message).toMatch(/^[A-Z][^\n]*[^.\n]$/);
          tally[fits ? 'fits' : 'misfits']++;
        }
      },
    ),
    { seed: 7, numRuns: 300 },
  );
  expect(tally.fits).toBeGreaterThan(500);
  expect(tally.misfits).toBeGreaterThan(500);
  expect(tally.undecided).toBeLessThan(50);
  expect(tally.refused).toBeLessThan(150);
}, 120_000);

test('whatever stands in a schema, it is carried out or refused', async () => {
  const keywords = ['type', 'enum', 'const', 'anyOf', 'allOf', '$ref', '$defs', 'properties', 'required', 'items'];
  const more = ['pattern', 'minLength', 'minimum', 'contains', 'not', '__proto__', 'constructor', 'x-a'];
  const json = fc.jsonValue({ maxDepth: 1 });
  const small = fc.oneof(json, fc.constantFrom('string', 'object', 'array', '#', '#/$defs/a', '(a+)+$'));
  const object = fc.dictionary(fc.constantFrom(...keywords, ...more), small, { maxKeys: 3 });
  const source = fc.dictionary(
    fc.constantFrom(...keywords, ...more),
    fc.oneof(small, object, fc.array(object, { maxLength: 3 }), fc.dictionary(key, object, { maxKeys: 2 })),
    { maxKeys: 4 },
  );
  let carriedOut = 0;
  await fc.assert(
    fc.asyncProperty(source, value, async (given, one) => {
      const made = language.schema(JSON.parse(JSON.stringify(given)) as Json);
      if ('problem' in made) {
        expect(made.problem).toMatch(/^[^\n]+[^.\n]$/);
        return;
      }
      carriedOut++;
      await made['~standard'].validate(one);
    }),
    { seed: 8, numRuns: 1_500 },
  );
  expect(carriedOut).toBeGreaterThan(50);
});
