import { describe, expect, test } from 'vitest';
import { parsePlanText, planFormat, type PlanReading } from '@orch/plan';
import { findingOf } from './marked.ts';
import { plugins } from './plugins.ts';

const format = await planFormat('p.yaml');
const read = (text: string): PlanReading => parsePlanText(text, { plugins, format, file: 'p.yaml' });
const head = 'workflow_id: w\n';
const tail = 'phases: [{name: a, command: x}]\n';

/** The value of a key that orch ignores. */
function valueOf(text: string): unknown {
  const { findings, plan } = read(`${head}x_a: ${text}\n${tail}`);
  expect(findings).toEqual([]);
  return (plan as { x_a: unknown }).x_a;
}

describe('values', () => {
  test.each([
    ['yes', 'yes'],
    ['no', 'no'],
    ['on', 'on'],
    ['y', 'y'],
    ['true', true],
    ['False', false],
    ['~', null],
    ['', null],
    ['null', null],
    ['5', 5],
    ['-0.5', -0.5],
    ['.5', 0.5],
    ['+1', 1],
    ['1e3', 1000],
    ['0', 0],
    ['0.5', 0.5],
    ['0x1f', 31],
    ['0o755', 493],
    ['1_000', '1_000'],
    ['2026-01-31', '2026-01-31'],
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00Z'],
    ['12:30:45', '12:30:45'],
    ['1.2.3', '1.2.3'],
    ['"5"', '5'],
    ["'it''s'", "it's"],
    ['"a\\tb\\u00e9"', 'a\tbé'],
    ['!!str 5', '5'],
    ['!!int "5"', 5],
    ['! 5', '5'],
    ['|\n  a\n   b\n', 'a\n b\n'],
    ['>-\n  a\n  b\n', 'a b'],
    ['a\n  b', 'a b'],
    ['[a, {b: c, "d":e}, [], {}]', ['a', { b: 'c', d: 'e' }, [], {}]],
    ['\n- a\n-\n  - b\n- c: d\n', ['a', ['b'], { c: 'd' }]],
    ['{"__proto__": 1, constructor: 2}', JSON.parse('{"__proto__": 1, "constructor": 2}')],
    ['{"<<": 1}', { '<<': 1 }],
    ['[&a {b: 1}, *a, *a]', [{ b: 1 }, { b: 1 }, { b: 1 }]],
    ['[&a b, &a c, *a]', ['b', 'c', 'c']],
    ['{&k a: b, c: *k}', { a: 'b', c: 'a' }],
  ])('%j', (text, value) => {
    expect(valueOf(text)).toEqual(value);
  });
  test('keys of an object count before those that are merged, of these the first', () => {
    expect(valueOf('[&a {b: 1, c: 1}, &d {c: 2, e: 2}, {<<: [*a, *d], b: 3}, {b: 4, <<: *a}, {<<: {f: 5}}]')).toEqual([
      { b: 1, c: 1 },
      { c: 2, e: 2 },
      { b: 3, c: 1, e: 2 },
      { b: 4, c: 1 },
      { f: 5 },
    ]);
  });
  test('directives and marks of one document', () => {
    expect(read(`%YAML 1.2\n---\n${head}${tail}...\n# end\n`).findings).toEqual([]);
  });
});

describe('what plans do not take, each in one finding with its place', () => {
  test.each([
    ['a: 5\n⟦---⟧\nb: 1\n', /second document/],
    ['---\n...\n⟦---⟧\na: b\n', /second document/],
    ['⟦%YAML 1.1⟧\n---\na: yes\n', /YAML 1\.2/],
    ['%YAML ⟦1.3⟧\n---\na: yes\n', /Unsupported YAML version 1\.3/],
    ['⟦%FOO bar⟧\n---\na: yes\n', /Unknown directive %FOO/],
    ['a: ⟦!foo⟧ b\n', /no tag "!foo"/],
    ['a: ⟦!!binary⟧ aGk=\n', /no tag "!!binary"/],
    ['a: ⟦!!timestamp⟧ 2026-01-01\n', /no tag/],
    ['a: ⟦!!set⟧ {b}\n', /no tag/],
    ['a: ⟦!!int⟧ x\n', /no tag/],
    ['⟦5⟧: a\n', /key must be text, not 5/],
    ['⟦true⟧: a\n', /key must be text, not true/],
    ['⟦⟧: a\n', /key must be text, not nothing/],
    ['? ⟦[a]⟧\n: b\n', /not a list or an object/],
    ['b: &b c\n⟦*b⟧ : a\n', /not an alias/],
    ['a: ⟦0755⟧\n', /octal/],
    ['a: ⟦-010⟧\n', /octal/],
    ['a: ⟦00.5⟧\n', /octal/],
    ['a: ⟦.inf⟧\n', /no number \.inf/],
    ['a: ⟦-.INF⟧\n', /no number/],
    ['a: ⟦.nan⟧\n', /no number/],
    ['a: ⟦*b⟧\n', /Nothing before this is called &b/],
    ['a: ⟦*b⟧\nb: &b c\n', /Nothing before this/],
    ['a: &b [⟦*b⟧]\n', /within what it stands for/],
    ['a: {<<: ⟦b⟧}\n', /takes the keys of objects/],
    ['a: [&b c, {<<: ⟦*b⟧}]\n', /takes the keys of objects/],
    ['a: {<<: [⟦[]⟧]}\n', /takes the keys of objects/],
  ])('%j', async (marked, message) => {
    const [first = '', ...rest] = marked.split(/(?<=---\n)/);
    const inPlan = marked.includes('%')
      ? `${first}${head}${rest.join('').replace('a:', 'x_a:')}${tail}`
      : marked.includes('---')
        ? marked
        : `${head}${tail}${marked.replace(/^(a|b):/gm, 'x_$1:')}`;
    expect(await findingOf(inPlan, 'p.yaml')).toMatchObject({
      code: 'ORCH_PLAN_YAML',
      severity: 'error',
      message: expect.stringMatching(message),
    });
  });
  test('all of them at once, beside what is wrong with the plan', () => {
    const { findings, workflow } = read(
      'workflow_id: 5\nx_a: !foo b\nphases:\n- 5: x\n  name: a\n  timeout: .inf\n  comand: x\n',
    );
    expect(workflow).toBeUndefined();
    expect(findings.map((it) => `${it.line}:${it.column} ${it.code}`)).toEqual([
      '1:14 ORCH_PLAN_TYPE',
      '2:6 ORCH_PLAN_YAML',
      '4:3 ORCH_PLAN_YAML',
      '6:12 ORCH_PLAN_YAML',
      '7:3 ORCH_PLAN_UNKNOWN_KEY',
    ]);
  });
});

describe('places', () => {
  const phases = (text: string): string => `${head}phases:\n  - {name: a, command: x, depends_on: []}\n${text}`;
  test.each([
    ['ORCH_PLAN_UNKNOWN_KEY', phases('  - name: b\n    ⟦comand⟧: x\n')],
    ['ORCH_PLAN_UNKNOWN_KEY', phases('  - name: b\n    ⟦"comand"⟧: x\n')],
    ['ORCH_PLAN_TYPE', phases('  - name: b\n    command: x\n    timeout: ⟦5 minutes⟧ # five\n')],
    ['ORCH_PLAN_TYPE', phases('  - name: b\n    command: x\n    timeout:⟦⟧\n')],
    ['ORCH_PLAN_TYPE', phases('  - name: b\n    command:\n      ⟦- x\n      - y⟧\n\n  # end\n')],
    ['ORCH_PLAN_TYPE', phases('  - name: b\n    command: x\n    checkpoint: ⟦|\n      yes⟧\n\n')],
    ['ORCH_PLAN_MISSING_KEY', phases('  - ⟦command: x⟧\n')],
    ['ORCH_PLAN_UNKNOWN_DEP', phases('  - name: b\n    command: x\n    depends_on:\n    - a\n    - ⟦aa⟧\n')],
    ['ORCH_PLAN_DUPLICATE_KEY', phases('  - name: b\n    command: x\n    ⟦name⟧: c\n')],
    ['ORCH_PLAN_DUPLICATE_KEY', phases('  - {name: b, command: x, ⟦"n\\u0061me"⟧: c}\n')],
    ['ORCH_PLAN_DUPLICATE_KEY', phases('  - {name: b, command: x, x_: &x {}, <<: *x, ⟦<<⟧: *x}\n')],
    ['ORCH_PLAN_TYPE', `x_c: &c {timeout: ⟦no⟧}\n${phases('  - {name: b, command: x, <<: *c}\n')}`],
    ['ORCH_PLAN_TYPE', `x_c: &c no\n${phases('  - {name: b, command: x, timeout: ⟦*c⟧}\n')}`],
    ['ORCH_PLAN_UNKNOWN_DEP', `x_c: &c [a, ⟦q⟧]\n${phases('  - {name: b, command: x, depends_on: *c}\n')}`],
    ['ORCH_PLAN_TYPE', '⟦- a\n- b⟧\n'],
    ['ORCH_PLAN_TYPE', '# words\n⟦just words⟧\n'],
  ])('%s %j', async (code, marked) => {
    expect((await findingOf(marked, 'p.yaml')).code).toBe(code);
  });
  test('both places of a key that stands there twice', async () => {
    const { related } = await findingOf(`${head}⟦workflow_id⟧: w\n${tail}`, 'p.yaml');
    expect(related).toMatchObject([{ line: 1, column: 1, length: 11 }]);
  });
  test('every edge of a circle', async () => {
    const text = phases(
      '  - name: b\n    command: x\n    depends_on: [⟦c⟧]\n  - name: c\n    command: x\n    depends_on:\n    - b\n',
    );
    expect(await findingOf(text, 'p.yaml')).toMatchObject({
      code: 'ORCH_PLAN_CYCLE',
      related: [{ line: 10, column: 7, length: 1, message: '"c" needs "b"' }],
    });
  });
});

describe('text that is not YAML has one finding, where it stops being that', () => {
  test.each([
    ['a: b\n⟦\t⟧c: d\n', /tab indents/],
    ['a:\n⟦\t⟧- b\n', /tab indents/],
    ['a:\n  b: c\n ⟦d⟧: e\n', /column of its own/],
    ['a:\n    b: 1\n  ⟦c⟧: 2\n', /column of its own/],
    ['- a: b\n    ⟦c⟧: d\n', /deeper than the key before/],
    ['a: b\n\n   ⟦c⟧:\n', /deeper than the key before/],
    ['phases:\n  - name: x\n   ⟦c⟧md: y\n', /where an item of a list must/],
    ['a:\n - b\n⟦-⟧ c\n', /item of a list stands among the keys/],
    ['a: b\n⟦-⟧ c\n', /item of a list stands among the keys/],
    ['a: ⟦-⟧ b\n', /list cannot begin behind its key/],
    ['a: ⟦"⟧b\nc: d\n', /no closing quote/],
    ["a: ⟦'⟧b\nc: d\n", /no closing quote/],
    ["a: ⟦'⟧b''\n", /no closing quote/],
    ['a: ⟦"⟧b\\"\n', /no closing quote/],
    ['a: ⟦"⟧', /no closing quote/],
    ['a: [b\n⟦c⟧: d\n', /\] is missing/],
    ['a: {b: c\n⟦c⟧: d\n', /\} is missing/],
    ['{a: b\n⟦⟧', /ends too early\. \} is missing/],
    ['a: ⟦b⟧: c\n', /makes a key of this/],
    ['command: ⟦e⟧cho a: b\n', /makes a key of this/],
    ['a: ⟦@⟧b\n', /cannot begin with @/],
    ['a: ⟦`⟧b`\n', /cannot begin with `/],
    ['a: "⟦\\⟧q"\n', /no escape/],
    ['a: [b,⟦,⟧c]\n', /value is missing before this comma/],
    ['a: ⟦}⟧\n', /closes nothing/],
    ['a: [b]⟦]⟧\n', /closes nothing/],
    ['a: "b" ⟦c⟧\n', /value before this has ended/],
    ['a: ["b" ⟦"⟧c"]\n', /comma is missing/],
    ['a: "b"⟦#c⟧\n', /blank must stand before a comment/],
    ['⟦a:b\nc⟧: d\n', /neither a key with its value/],
    ['a: >\n⟦\t⟧b\n', /must be indented/],
    ['a: |⟦x⟧\n  b\n', /must begin on the next line/],
    ['a: &b ⟦&c⟧ d\n', /at most one anchor/],
    ['a: &b ⟦*c⟧\n', /alias/],
    [`⟦${'x'.repeat(1_100)}⟧: 1\n`, /more than 1,024 characters/],
    ['a: b⟦\0⟧\n', /NUL byte/],
    ['a: "⟦\u001b⟧"\n', /control character/],
    ['a: b⟦\r⟧c: d\r', /carriage return/],
    ['⟦⟧', /is empty/],
    ['⟦⟧# only a comment\n', /is empty/],
    ['⟦⟧---\n', /is empty/],
  ])('%j', async (marked, message) => {
    const { hint, ...finding } = await findingOf(marked, 'p.yaml');
    expect(finding).toMatchObject({ code: 'ORCH_PLAN_SYNTAX', path: [], message: expect.stringMatching(message) });
    expect(hint).toMatch(/^.{8,200}$/);
  });
  test('whatever follows it', () => {
    const { findings } = read(`a: "b" c\n${'\t- : {[\n'.repeat(500)}`);
    expect(findings).toHaveLength(1);
  });
});

describe('limits', () => {
  test.each(['- ', '[', '{a: ', '? ', '- ? [', '{[: '])('100,000 times %s', (open) => {
    expect(read(open.repeat(100_000)).findings).toMatchObject([{ code: 'ORCH_PLAN_LIMIT', line: 1 }]);
  });
  test('100,000 steps of indentation', () => {
    const text = Array.from({ length: 500 }, (_, at) => `${' '.repeat(at)}a:\n`).join('');
    expect(read(text).findings).toMatchObject([{ code: 'ORCH_PLAN_LIMIT', line: 65, column: 65 }]);
  });
  test('64 deep is as deep as it goes, aliases counted', () => {
    const deep = (levels: number, inside = ''): string => `${'['.repeat(levels)}${inside}${']'.repeat(levels)}`;
    expect(read(`${head}x_a: ${deep(63)}\n${tail}`).findings).toEqual([]);
    expect(read(`${head}x_a: ${deep(64)}\n${tail}`).findings).toMatchObject([{ code: 'ORCH_PLAN_LIMIT' }]);
    expect(read(`${head}x_a: &a ${deep(40)}\nx_b: ${deep(23, '*a')}\n${tail}`).findings).toEqual([]);
    expect(read(`${head}x_a: &a ${deep(40)}\nx_b: ${deep(24, '*a')}\n${tail}`).findings).toMatchObject([
      { code: 'ORCH_PLAN_LIMIT', line: 3, column: 30, length: 2 },
    ]);
  });
  test('a few lines that stand for billions', () => {
    const lines = Array.from({ length: 9 }, (_, at) =>
      at === 0 ? 'x_0: &a0 [x]' : `x_${at}: &a${at} [${Array.from({ length: 10 }, () => `*a${at - 1}`).join(', ')}]`,
    );
    const { findings, plan } = read(`${head}${lines.join('\n')}\n${tail}`);
    expect(findings).toMatchObject([{ code: 'ORCH_PLAN_LIMIT', message: expect.stringContaining('1000000 values') }]);
    expect(plan).toBeUndefined();
  });
  test('a text in quotes that is put together one by one', () => {
    expect(read(`x_a: "${'x'.repeat(16_000_001)}"\n`).findings).toMatchObject([{ code: 'ORCH_PLAN_LIMIT', column: 6 }]);
    expect(read(`${head}x_a: ${'x'.repeat(16_000_001)}\n${tail}`).findings).toEqual([]);
  });
  test('many keys, repeated and not', () => {
    const keys = Array.from({ length: 5_000 }, (_, at) => ` k${at % 4_000}: 1\n`).join('');
    const { findings } = read(`${head}${tail}x_a:\n${keys}`);
    expect(findings).toHaveLength(1_000);
    expect(findings[0]).toMatchObject({ code: 'ORCH_PLAN_DUPLICATE_KEY', line: 4_004, related: [{ line: 4 }] });
  });
});
