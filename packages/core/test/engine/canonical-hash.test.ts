import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canonicalHash } from '../../src/engine/canonical-hash.ts';
import { dictionary } from '../../src/json.ts';
import type { Json } from '../../src/json.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('the hash of a definition', () => {
  it.each<[Json, string]>([
    [{ b: 1, a: { d: [true, null, 'x\ny'], c: 1.5 } }, '{"a":{"c":1.5,"d":[true,null,"x\\ny"]},"b":1}'],
    [{}, '{}'],
    [[], '[]'],
    [[{}, [[]]], '[{},[[]]]'],
    [dictionary<Json>([['__proto__', 'é']]), '{"__proto__":"é"}'],
    ['\ud800', '"\\ud800"'],
  ])('%j: that of its JSON with sorted keys', (value, text) => expect(canonicalHash(value)).toBe(sha256(text)));

  it('leaves out what is undefined, as JSON does', () =>
    expect(canonicalHash({ b: undefined, a: 1 } as unknown as Json)).toBe(sha256('{"a":1}')));

  it('is the same for a text of many pieces', () => {
    const list = Array.from({ length: 10_000 }, (_, index) => `phase number ${index}`);
    expect(canonicalHash(list)).toBe(sha256(JSON.stringify(list)));
  });
});
