import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findSyntaxError } from '../src/find-syntax-error.ts';
import { locator } from '../src/locate.ts';
import { countKeys, measureNesting } from '../src/measure-nesting.ts';

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** JSON text that was changed in one place, or pieces of JSON in any order. */
const nearlyJson = fc.oneof(
  fc
    .tuple(
      fc.json(),
      fc.nat(),
      fc.nat(3),
      fc.constantFrom('', '"', ',', ':', '{', '}', '[', ']', '0', '-', '.', 'e', '\\', 'u', '\n', '\0', ' '),
    )
    .map(([text, at, drop, put]) => {
      const from = at % (text.length + 1);
      return text.slice(0, from) + put + text.slice(from + drop);
    }),
  fc
    .array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ':',
        ',',
        '"a"',
        '"',
        '1',
        '-0',
        '0.5e+3',
        '01',
        'true',
        'nul',
        ' ',
        '\n',
        '\\',
        '"\\u00e9"',
        '"\\u12"',
      ),
    )
    .map((pieces) => pieces.join('')),
  fc.string({ unit: 'grapheme' }),
);

/** Every path into a value, the empty one first. */
function* pathsOf(
  value: unknown,
  path: readonly (string | number)[] = [],
): Generator<[readonly (string | number)[], unknown]> {
  yield [path, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value))
    yield* pathsOf(item, [...path, Array.isArray(value) ? Number(key) : key]);
}

describe('the second reader of JSON', () => {
  test('finds an error exactly where JSON.parse finds one, and inside the text', () => {
    fc.assert(
      fc.property(nearlyJson, (text) => {
        const problem = findSyntaxError(text);
        expect(problem === undefined).toBe(parses(text));
        if (problem !== undefined) expect(problem.offset + problem.length).toBeLessThanOrEqual(text.length);
      }),
      { seed: 1, numRuns: 20_000 },
    );
  });
  test('places each value where its text stands', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 1), (generated, indent) => {
        const text = JSON.stringify(generated, null, indent);
        const wanted = [...pathsOf(JSON.parse(text) as unknown)];
        const paths = wanted.map(([path]) => path);
        const { locate, repeated } = locator(text, paths, { repeats: true });
        expect(repeated).toEqual([]);
        // What is not asked for is passed over, and the places are the same.
        for (const [path] of wanted)
          expect(locator(text, [path], { repeats: false }).locate(path)).toEqual(locate(path));
        for (const [path, value] of wanted) {
          const location = locate(path);
          expect(JSON.parse(text.slice(location.value.offset, location.value.offset + location.value.length))).toEqual(
            value,
          );
          const key = path.at(-1);
          if (typeof key === 'string')
            expect(JSON.parse(text.slice(location.key!.offset, location.key!.offset + location.key!.length))).toBe(key);
        }
      }),
      { seed: 2, numRuns: 1_000 },
    );
  });
  test('counts the keys of a text as those of its value, unless one is repeated', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(measureNesting(text, 1_000).keys).toBe(countKeys(JSON.parse(text)));
      }),
      { seed: 3, numRuns: 1_000 },
    );
    const repeated = '{"a": {"b": 1, "b": 2}}';
    expect(measureNesting(repeated, 9).keys).toBe(3);
    expect(countKeys(JSON.parse(repeated))).toBe(2);
  });
});
