import type { Expression, ExpressionScope, Json, Variable } from '@orch/core/author';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyText } from './any-text.ts';
import { all, evaluate, expression, language, problem } from './load.ts';

describe('what is no expression', () => {
  test.each([
    ['', 0, 'The expression is empty'],
    [' \n', 0, 'The expression is empty'],
    ['1 +', 3, 'The expression ends too early'],
    ['(1', 2, 'The expression ends too early'],
    ['inputs.a = 1', 9, 'Two values are compared with ==, not with ='],
    ['output.a & output.b', 9, '"And" is written &&'],
    ['output.a | output.b', 9, '"Or" is written ||'],
    ['${{ inputs.a }}', 0, 'Within an expression nothing is marked by $: write inputs.name'],
    ['inputs.a # why', 9, 'A comment begins with //'],
    ['inputs.a inputs.b', 9, '"inputs" does not belong here'],
    ['inputs.a == 😀', 12, '"😀" does not belong here'],
    ['outputs.a.in', 10, '"in" can not stand after a dot: a key of that name is written ["in"]'],
    ['"abc', 0, 'This text has no closing quote'],
    ['"a\nb"', 2, 'A text in quotes ends on its line: a line break in it is written \\n'],
    ['"\\q"', 1, '"\\\\q" is no escape'],
    ['0x', 0, 'This is no number'],
    ['9007199254740992', 0, 'A whole number is at most 2^53 - 1 here, as in all of a plan'],
    ['1e400', 0, 'This is no number'],
    ['1u', 0, 'Bytes and unsigned numbers are not supported: write "text" and 1'],
    ['exit_code == b"a"', 13, 'Bytes and unsigned numbers are not supported: write "text" and 1'],
    ['if', 0, '"if" is a reserved word: a key of that name is written ["if"]'],
    ['input.a', 0, 'There is no "input": did you mean inputs?'],
    [
      '1 + secrets.a',
      4,
      'There is no "secrets": an expression reads inputs, outputs, phases, run, output, exit_code here',
    ],
    ['int', 0, 'There is no "int": an expression reads inputs, outputs, phases, run, output, exit_code here'],
    [
      'inputs.l.all(item, y)',
      19,
      'There is no "y": an expression reads inputs, outputs, phases, run, output, exit_code, item here',
    ],
    [
      'inputs.l.map(x, x) == [x]',
      23,
      'There is no "x": an expression reads inputs, outputs, phases, run, output, exit_code here',
    ],
    ['siez(inputs.l)', 0, 'There is no function "siez": did you mean size()?'],
    ['"a".starts_with("a")', 0, 'There is no function ".starts_with": did you mean .startsWith()?'],
    ['"a".constructor("a")', 0, /^There is no function "\.constructor": there are \.all, /],
    ['toString(1)', 0, /^There is no function "toString": did you mean string/],
    ['cel.bind(x, 1, x)', 0, /^There is no function "\.bind"/],
    ['size()', 0, 'size() takes one value, not 0'],
    ['"a".substring()', 0, '.substring() takes 1 or 2 values, not 0'],
    ['has(1)', 0, 'has() is asked about something that is read, as in has(outputs.build.version)'],
    ['inputs.l.all(1, true)', 13, 'The first argument names the item, as in list.all(item, item > 0)'],
    ['inputs.l.filter(x)', 0, '.filter() takes the name of an item and an expression, as in .filter(item, item > 0)'],
    ['inputs.a.matches("(")', 0, '"(" is no regular expression'],
    ['inputs.a.matches(inputs.b)', 0, '.matches() takes one pattern in quotes'],
  ] as const)('%s', (source, at, message) => {
    const found = problem(source);
    expect(found.at).toBe(at);
    if (typeof message === 'string') expect(found.problem).toBe(message);
    else expect(found.problem).toMatch(message);
  });

  test('is one that reads what its place does not have', () => {
    expect(problem('output.a', ['inputs', 'outputs'])).toEqual({
      problem: 'There is no "output": did you mean outputs?',
      at: 0,
    });
    expect(problem('inputs', []).problem).toBe('There is no "inputs": an expression reads no names here');
  });

  test('is a text that is too long, too deep, or repeats a sign for ever', () => {
    expect(expression(`"${'a'.repeat(4_094)}"`).references).toEqual([]);
    expect(problem(`"${'a'.repeat(4_095)}"`)).toEqual({
      problem: 'An expression has at most 4096 characters, this one has 4097',
      at: 4_096,
    });
    for (const source of [
      '('.repeat(4_000),
      '['.repeat(4_000),
      `1${'+1'.repeat(2_000)}`,
      `${'!'.repeat(4_000)}true`,
      `inputs${'.a'.repeat(2_000)}`,
    ])
      expect(problem(source).problem).toMatch(/nested/);
    expect(evaluate(`1${'+1'.repeat(150)}`)).toBe(151);
  });

  test('is never a throw, whatever the text, and its place lies within it', () => {
    const scope: ExpressionScope = {
      inputs: { a: [1, 'x', null], 'b c': { __proto__: null, x: '2026-01-01T00:00:00Z' }, n: 1.5, t: 'aaa' },
      exit_code: 1,
    };
    let answered = 0;
    fc.assert(
      fc.property(anyText, (source) => {
        const made = language.expression(source, all);
        if ('problem' in made) {
          expect(made.problem).toMatch(/^[^\n]+[^.\n]$/);
          expect(made.problem).not.toMatch(/overload|token|undefined|parse|\bAST\b/i);
          expect(made.at).toBeGreaterThanOrEqual(0);
          expect(made.at).toBeLessThanOrEqual(source.length);
          return;
        }
        const value = answer(made, scope);
        if (value !== undefined) answered++;
        expect(value === undefined ? value : JSON.parse(JSON.stringify(value))).toEqual(value);
      }),
      { seed: 5, numRuns: 10_000 },
    );
    expect(answered).toBeGreaterThan(1_000);
  });
});

/** The value of an expression; nothing where it says that it has none. */
function answer(made: Expression, scope: ExpressionScope): Json | undefined {
  try {
    return made.evaluate(scope);
  } catch (error) {
    expect((error as Error).message).toMatch(/^[^\n]+[^.\n]$/);
    expect((error as Error).message).not.toMatch(/undefined|function|prototype|Cannot read/);
    return undefined;
  }
}

describe('what has no value', () => {
  const scope: ExpressionScope = {
    inputs: { token: 'a-secret', n: 5, list: [1, 2], one: [1], text: 'x', none: null, time: '2026-13-01T00:00:00Z' },
    outputs: {
      build: { risk: 'high', title: 't' },
      'build site': {},
      many: Object.fromEntries('abcdefghij'.split('').map((it) => [it, 1])),
    },
    output: { failures: '3' },
  };
  test.each([
    ['exit_code == 0', 'There is no exit_code'],
    ['outputs.build.riks', 'outputs.build.riks is missing: did you mean "risk"?'],
    ['outputs.build.zzz', 'outputs.build.zzz is missing: outputs.build has "risk", "title"'],
    ['outputs["build site"].x', 'outputs["build site"].x is missing: outputs["build site"] is empty'],
    [
      'outputs.many.zzzzzz',
      'outputs.many.zzzzzz is missing: outputs.many has "a", "b", "c", "d", "e", "f", "g", "h" and 2 more',
    ],
    ['outputs[inputs.text].y', 'an item of outputs is missing: outputs has "build", "build site", "many"'],
    ['inputs.text.y', 'inputs.text.y is missing: inputs.text is a text'],
    ['inputs.none.y', 'inputs.none.y is missing: inputs.none is null'],
    ['inputs.list.first', 'inputs.list is a list: its items are read by number, as in inputs.list[0]'],
    ['inputs.list[2]', 'inputs.list[2] is missing: inputs.list has 2 items, and the first is at 0'],
    ['inputs.one[0.5]', 'inputs.one[0.5] is missing: inputs.one has one item, and the first is at 0'],
    ['inputs.list[0 - 1]', 'an item of inputs.list is missing: inputs.list has 2 items, and the first is at 0'],
    ['inputs[1]', 'The keys of inputs are texts, and it is read by a number'],
    ['inputs.__proto__.x', /^inputs\.__proto__ is missing: inputs has/],
    ['inputs.constructor', /^inputs\.constructor is missing: /],
    ['inputs.list.length', 'inputs.list is a list: its items are read by number, as in inputs.list[0]'],
    ['inputs.text.length', 'inputs.text.length is missing: inputs.text is a text'],
    ['output.failures > 0', '">" does not go between a text and a number'],
    ['output.failures == 3', '"==" does not go between a text and a number'],
    ['inputs.list == "a"', '"==" does not go between a list and a text'],
    ['inputs.text + 1', '"+" does not go between a text and a number: string() makes a text of a number'],
    ['inputs.list * 2', '"*" does not go between a list and a number'],
    ['timestamp("2026-01-01T00:00:00Z") + 1', '"+" does not go between a time and a number'],
    ['1 / 0', 'A number is divided by zero'],
    ['1 % 0', 'A number is divided by zero'],
    ['1e308 * 10', 'A number becomes too large'],
    ['inputs.n ? 1 : 2', 'The condition before ? must be true or false, not a number'],
    ['inputs.n && true', 'What stands beside && must be true or false, not a number'],
    ['false || inputs.text', 'What stands beside || must be true or false, not a text'],
    ['!inputs.none', 'What stands behind ! must be true or false, not null'],
    ['-inputs.text', 'A minus stands before numbers and durations, not before a text'],
    ['inputs.missing == 1 || false', /^inputs\.missing is missing/],
    ['inputs.missing == 1 && true', /^inputs\.missing is missing/],
    ['inputs.list.all(x, x.y)', 'x.y is missing: x is a number'],
    ['inputs.list.filter(x, x)', 'What .filter() asks of each item must be true or false, not a number'],
    ['inputs.n.all(x, true)', '.all() is for lists and objects, and inputs.n is a number'],
    [
      '"x" in inputs.text',
      '"in" looks into lists and objects, not into a text: a part of a text is found by .contains()',
    ],
    ['1 in inputs', "The keys of an object are texts: a number can't be in it"],
    ['{1: 2}', 'The keys of an object are texts, not a number'],
    ['size(inputs.n)', 'size() is for texts, lists and objects, not for a number'],
    ['inputs.n.contains("a")', '.contains() is for texts, not for a number'],
    ['inputs.list.join(",")', '.join() is for lists of texts, and this one holds a number'],
    ['inputs.text.substring(2)', '.substring() takes whole numbers between 0 and the size of the text, which is 1'],
    ['string(inputs.list)', 'string() makes no text of a list'],
    ['int(inputs.text)', 'int() is given a text that is no whole number'],
    ['int(1e300)', 'int() is given a number beyond 2^53 - 1'],
    ['double("NaN")', 'double() is given a text that is no number'],
    ['bool("yes")', 'bool() reads "true" and "false" only'],
    ['timestamp(inputs.time)', 'timestamp() is given a text that is no time as in 2026-01-31T12:00:00Z'],
    ['timestamp("2026-02-30T00:00:00Z")', 'timestamp() is given a text that is no time as in 2026-01-31T12:00:00Z'],
    ['timestamp(1e15)', 'A time lies before the year 1 or after the year 9999'],
    ['duration("5 minutes")', 'duration() is given a text that is no duration as in 90s, 5m or 1h30m'],
    ['inputs.text.getHours()', '.getHours() is for times, not for a text: write timestamp(…).getHours()'],
  ] as const)('%s', (source, message) => {
    const run = (given: ExpressionScope) => expression(source).evaluate(given);
    if (typeof message === 'string') expect(() => run(scope)).toThrow(new Error(message));
    else expect(() => run(scope)).toThrow(message);
  });

  test('counts what is undefined as missing', () => {
    expect(() => evaluate('output.a', { output: undefined })).toThrow('There is no output');
    expect(evaluate('has(output.a) || has(output)', { output: undefined })).toBe(false);
    expect(evaluate('has(inputs.a)', { inputs: { a: undefined } as never })).toBe(false);
    expect(evaluate('"a" in inputs', { inputs: { a: undefined } as never })).toBe(false);
  });

  test('never shows a value, which may be a secret', () => {
    const reads = ['inputs.token', 'inputs.all.token'];
    const secret = { inputs: { token: 'a-secret', all: { token: 'a-secret' } } };
    for (const read of reads)
      for (const source of [
        `${read} > 1`,
        `${read}.x`,
        `-${read}`,
        `int(${read})`,
        `timestamp(${read})`,
        `duration(${read})`,
        `${read} && true`,
        `[1][${read}]`,
        `inputs[${read}]`,
        `has(inputs.all) && inputs.all[${read}] == 1`,
        `bool(${read})`,
        `double(${read})`,
      ])
        expect(() => evaluate(source, secret)).toThrow(/^(?!.*a-secret)/s);
  });
});

describe('an evaluation ends', () => {
  const list = Array.from({ length: 20_000 }, (_, index) => index);

  test.each([
    'inputs.list.all(a, inputs.list.all(b, a + b >= 0))',
    'inputs.list.map(a, inputs.list.map(b, inputs.list))',
    'inputs.list.exists(a, inputs.list == inputs.list.map(b, b + 1) && false)',
    'inputs.list.map(a, inputs.list + inputs.list)',
    'inputs.list.map(a, inputs.text + inputs.text)',
    'inputs.list.filter(a, inputs.text.contains("b"))',
    'inputs.text.contains(inputs.text + "b")',
    'inputs.list.map(a, inputs.text)',
    'inputs.list.exists(a, a.missing)',
    'inputs.list.exists(a, inputs.list.exists(b, b.missing))',
    'inputs.list.map(a, "x" in inputs.list)',
    'true || inputs.list.all(a, inputs.list.all(b, true)) || inputs.list.all(a, inputs.list.all(b, true)) == 1',
    // A limit is nothing that the other side of || could make good.
    'inputs.list.all(a, inputs.list.all(b, true)) || true',
  ])('%s', (source) => {
    const scope = { inputs: { list, text: 'a'.repeat(1_000_000) } };
    if (source.startsWith('true ||')) expect(evaluate(source, scope)).toBe(true);
    else expect(() => evaluate(source, scope)).toThrow('The expression takes too many steps on data of this size');
  });

  test('on an output of the greatest size', () => {
    const items = Array.from({ length: 100_000 }, (_, id) => ({ id, ok: id % 2 === 0 }));
    expect(evaluate('size(output.items.filter(i, !i.ok && i.id > 10).map(i, i.id))', { output: { items } })).toBe(
      49_995,
    );
  });

  test('on a pattern that would try for ever', () => {
    const scope = { inputs: { text: `${'a'.repeat(50)}!` } };
    expect(() => evaluate('inputs.text.matches("^(a+)+$")', scope)).toThrow(
      'A pattern of .matches() takes longer than 2 seconds on data like this',
    );
    expect(evaluate('inputs.text.matches("^a+!$")', scope)).toBe(true);
  });

  test('on values that are nested deeper than functions can call themselves', () => {
    let deep: never[] = [];
    for (let level = 0; level < 100_000; level++) deep = [deep as never];
    const inputs = { deep, same: [deep] };
    expect(evaluate('inputs.deep', { inputs })).toBe(deep);
    expect(evaluate('size([inputs.deep])', { inputs })).toBe(1);
    expect(() => evaluate('inputs.deep == inputs.same', { inputs })).toThrow(
      "Values more than 500 levels deep can't be compared",
    );
  });
});

test('the names of a place are the only ones', () => {
  const names: readonly Variable[] = ['run'];
  expect(expression('run.id', names).evaluate({ run: { id: 'r' } })).toBe('r');
  for (const name of ['globalThis', 'process', 'Object', 'constructor', 'undefined', 'type', 'google', 'cel', 'map'])
    expect(problem(name, names).problem).toMatch(/^There is no "/);
});
