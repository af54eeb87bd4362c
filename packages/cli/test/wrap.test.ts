import { describe, expect, test } from 'vitest';
import { wrap, wrapCommand } from '../src/view/wrap.ts';

describe('wrapped text', () => {
  test.each([
    ['fits as it is', 'one two', 10, ['one two']],
    ['is broken between words', 'one two three', 8, ['one two', '  three']],
    ['keeps what it begins with', '  one two three', 9, ['  one two', '  three']],
    ['breaks a word that is too long', 'abcdefghij', 4, ['abcd', 'efgh', 'ij']],
    ['counts columns, not characters', '検査検査', 4, ['検査', '検査']],
    ['of a column is a character each', 'abc', 1, ['a', 'b', 'c']],
    ['is whole where nothing says how wide', 'one two three', undefined, ['one two three']],
  ] as const)('%s', (_, text, columns, lines) => {
    expect(wrap(text, { columns, indent: '  ' })).toEqual(lines);
  });
});

test('a command that is too long is one for a shell, a flag a line', () => {
  expect(wrapCommand('orch recover x --state-dir /a --backend sqlite:/b', { columns: 20 })).toEqual([
    'orch recover x \\',
    '  --state-dir /a \\',
    '  --backend sqlite:/b',
  ]);
  expect(wrapCommand('orch recover x', { columns: 20 })).toEqual(['orch recover x']);
});
