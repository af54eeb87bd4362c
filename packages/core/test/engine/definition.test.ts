import { describe, expect, it } from 'vitest';
import { sameData } from '../../src/engine/definition.ts';
import { dictionary } from '../../src/json.ts';
import type { Json } from '../../src/json.ts';

describe('comparing data', () => {
  const deep: Json = { a: [1, { b: null, c: 'x' }], d: { e: true } };

  it.each<[Json, Json]>([
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    [deep, JSON.parse(JSON.stringify(deep)) as Json],
    [{ a: 1 }, dictionary([['a', 1]])],
    [[], []],
    [null, null],
    [{ a: 1, b: undefined } as unknown as Json, { a: 1, c: undefined } as unknown as Json],
  ])('%j is %j', (a, b) => expect([sameData(a, b), sameData(b, a)]).toEqual([true, true]));

  it.each<[Json, Json]>([
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: 1 }, { b: 1 }],
    [
      [1, 2],
      [2, 1],
    ],
    [[], {}],
    [{ length: 0 }, []],
    [null, {}],
    ['1', 1],
    [{}, JSON.parse('{"__proto__": 1}') as Json],
    [{ toString: 1 }, { valueOf: 1 }],
  ])('%j is not %j', (a, b) => expect([sameData(a, b), sameData(b, a)]).toEqual([false, false]));
});
