import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseTemplate } from '../../src/spec/template.ts';

describe('parseTemplate', () => {
  test.each<[string, unknown]>([
    ['', []],
    ['plain $x ${y} }}', ['plain $x ${y} }}']],
    ['${{ a }}', [{ source: 'a', at: 0 }]],
    ['x${{a}}y${{ b }}', ['x', { source: 'a', at: 1 }, 'y', { source: 'b', at: 8 }]],
    ['${{ "}}" }}', [{ source: '"}}"', at: 0 }]],
    [String.raw`${'${{'} "\"}}" }}`, [{ source: String.raw`"\"}}"`, at: 0 }]],
    ["${{ '}}' + {'a': {'b': 1}}.a.b }}!", [{ source: "'}}' + {'a': {'b': 1}}.a.b", at: 0 }, '!']],
    ['a ${{ b', { problem: '`${{` is not closed', at: 2 }],
    ['${{ "}} }}', { problem: '`${{` is not closed', at: 0 }],
    ['${{  }}', { problem: '`${{ }}` has no expression in it', at: 0 }],
  ])('%s', (text, expected) => {
    expect(parseTemplate(text)).toEqual(expected);
  });

  it('keeps every text that holds no opening as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.includes('${{'));
        expect(parseTemplate(text)).toEqual(text === '' ? [] : [text]);
      }),
    );
  });
});
