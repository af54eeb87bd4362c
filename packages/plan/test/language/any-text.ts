import fc from 'fast-check';

const leaves = [
  'inputs.a',
  'inputs.n',
  'inputs.t',
  'inputs["b c"].x',
  'inputs',
  'exit_code',
  'output',
  'x',
  '1',
  '0.5',
  '"s"',
  'true',
  'null',
  '[]',
  '"1h"',
];
const shapes = [
  '(#)',
  '-#',
  '!#',
  '#.k',
  '#[#]',
  '#["k"]',
  '[#, #]',
  '{"k": #}',
  '# ? # : #',
  'has(#.k)',
  '#.matches("a*b")',
  '#.size()',
  '#.split(#)',
];
const functions = ['size', 'string', 'int', 'double', 'bool', 'timestamp', 'duration', 'has'].map(
  (name) => `${name}(#)`,
);
const loops = ['all', 'exists', 'exists_one', 'filter', 'map'].map((name) => `#.${name}(x, #)`);
const operators = ['==', '!=', '<', '<=', '>', '>=', 'in', '+', '-', '*', '/', '%', '&&', '||'].map(
  (operator) => `# ${operator} #`,
);

/** Expressions that can be read; whether they have a value is another matter. */
const written = fc.letrec<{ readonly part: string }>((tie) => ({
  part: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...leaves),
    fc
      .tuple(
        fc.constantFrom(...shapes, ...functions, ...loops, ...operators, ...operators),
        tie('part'),
        tie('part'),
        tie('part'),
      )
      .map(([shape, ...parts]) => shape.replace(/#/g, () => parts.shift()!)),
  ),
})).part;

/** A written expression in which a piece is left out, repeated or replaced. */
const nearly = fc
  .tuple(
    written,
    fc.nat(),
    fc.nat(4),
    fc.constantFrom(
      '',
      '(',
      ')',
      '"',
      "'",
      '.',
      '[',
      '\\\\',
      '?',
      'b',
      'u',
      '=',
      '&',
      '😀',
      '\\0',
      '\\n',
      '//',
      '__proto__',
    ),
  )
  .map(([text, at, drop, put]) => {
    const from = at % (text.length + 1);
    return text.slice(0, from) + put + text.slice(from + drop);
  });

/** Expressions, what is nearly one, and any text at all. */
export const anyText = fc.oneof(written, nearly, fc.string({ unit: 'grapheme' }));
