import { expect, it } from 'vitest';
import { show } from '../src/show.ts';

it.each<[unknown, string]>([
  [undefined, 'undefined'],
  [5n, '5n'],
  ['a "word"', '"a \\"word\\""'],
  ['x'.repeat(61), `"${'x'.repeat(60)}…"`],
  [{ a: [1, 2, 3, 4], b: { c: { d: 1 } } }, '{ a: [ 1, 2, 3, ... 1 more item ], b: { c: [Object] } }'],
  [new Error('words'), 'the error "words"'],
  [() => 1, '[Function (anonymous)]'],
])('%s in a few words', (value, words) => {
  expect(show(value)).toBe(words);
});

it('a large value is cut, and no code of any is called', () => {
  const large = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`key${at}`, at]));
  expect(show(large)).toHaveLength(201);
  const trap = (): never => {
    throw new Error('do not call');
  };
  const hostile = new Proxy({}, { get: trap, has: trap, ownKeys: trap, getPrototypeOf: trap });
  expect(show(hostile)).toBe('{}');
  expect(show({ [Symbol.for('nodejs.util.inspect.custom')]: trap, toString: trap })).toContain('toString');
});
