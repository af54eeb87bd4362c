import type { ExpressionScope, Json } from '@orch/core/author';
import { describe, expect, test } from 'vitest';
import { evaluate, expression } from './load.ts';

/** As a run has them: made of JSON text, so whole numbers and fractions are both plain numbers. */
const scope = JSON.parse(`{
  "inputs": {
    "env": "prod", "count": 2, "ratio": 0.5, "dry": false, "none": null, "tags": ["a", "b"], "mixed": [1, "a", null, true],
    "version": "v1.20.3", "smile": "a\\ud83d\\ude00b", "__proto__": "plain", "constructor": "key", "toString": 1
  },
  "outputs": {
    "plan": {"risk": "high", "steps": [{"id": 1, "ok": true}, {"id": 2, "ok": false}], "total": 5},
    "build site": {"x": {"y": 7}}, "a/b": 1, "in": "word"
  },
  "phases": {"plan": {"status": "completed"}},
  "run": {"id": "r1", "workflow": "w"},
  "output": {
    "failures": 3, "passed": 9, "score": 1, "part": 0.75, "total": 5, "items": [], "is_error": true, "reset": 1767225600,
    "reset_at": "2026-01-01T00:00:00Z", "took": "90s", "deep": {"list": [[1, 2], [3]]}, "zero": 0, "big": 9007199254740991
  },
  "exit_code": 1
}`) as ExpressionScope;

const table: readonly (readonly [source: string, value: Json])[] = [
  // Whole numbers and fractions are one kind of number.
  ['inputs.count + 1', 3],
  ['inputs.count + 1 == 3', true],
  ['inputs.count - 0.5', 1.5],
  ['inputs.count * inputs.ratio', 1],
  ['output.failures > 0', true],
  ['output.zero > 0', false],
  ['output.score > 0.5', true],
  ['output.score >= 1', true],
  ['output.score == 1.0', true],
  ['output.part <= 1', true],
  ['output.part < 0.75', false],
  ['exit_code == 1', true],
  ['exit_code != 0', true],
  ['exit_code in [1, 2]', true],
  ['exit_code in [0, 2.5]', false],
  ['output.total / 2', 2.5],
  ['output.failures / (output.failures + output.passed) > 0.2', true],
  ['int(output.total / 2)', 2],
  ['7 % 4', 3],
  ['-7 / 2', -3.5],
  ['-output.failures', -3],
  ['0 * -1', 0],
  ['0.1 + 0.2 < 0.31', true],
  ['0x10', 16],
  ['1e3', 1000],
  ['output.big', 9007199254740991],
  ['9007199254740991', 9007199254740991],
  ['double("1.5") + int("2")', 3.5],
  ['string(output.score)', '1'],
  ['string(0.5) + "x"', '0.5x'],
  // Texts.
  ['inputs.env == "prod"', true],
  ["inputs.env != 'prod'", false],
  ['inputs.env + "-" + run.id', 'prod-r1'],
  ['"a" < "b"', true],
  ['inputs.env in ["prod", "staging"]', true],
  ['inputs.env.startsWith("pr") && inputs.env.endsWith("od") && inputs.env.contains("ro")', true],
  ['inputs.version.matches("^v[0-9]+\\\\.")', true],
  ["inputs.version.matches(r'^v\\d+\\-')", false],
  ['size(inputs.smile)', 3],
  ['inputs.smile.substring(1, 2)', '😀'],
  ['inputs.smile.indexOf("b")', 2],
  ['inputs.version.lastIndexOf("x")', -1],
  ['inputs.version.split(".").map(p, size(p))', [2, 2, 1]],
  ['inputs.tags.join("+")', 'a+b'],
  ['" Ab ".trim().lowerAscii() + "x".upperAscii()', 'abX'],
  ['"tab\\t" == "tab\t"', true],
  // Lists and objects.
  ['size(output.items) == 0', true],
  ['output.items.size()', 0],
  ['size(output.deep)', 1],
  ['output.deep.list[1][0]', 3],
  ['outputs.plan.steps[output.score].id', 2],
  ['"a" in inputs.mixed', true],
  ['2 in inputs.mixed', false],
  ['null in inputs.mixed', true],
  ['"risk" in outputs.plan', true],
  ['"riks" in outputs.plan', false],
  ['[1, "a", null]', [1, 'a', null]],
  ['{"os": "linux", "n": 1 + 1}', { os: 'linux', n: 2 }],
  ['inputs.tags + ["c"]', ['a', 'b', 'c']],
  ['inputs.tags == ["a", "b"]', true],
  ['output.deep == {"list": [[1, 2], [3]]}', true],
  ['output.deep.list[0] != [1, "2"]', true],
  ['outputs.plan.steps.filter(s, s.ok)', [{ id: 1, ok: true }]],
  ['outputs.plan.steps.map(s, s.id * 2)', [2, 4]],
  ['outputs.plan.steps.map(s, !s.ok, s.id)', [2]],
  ['outputs.plan.steps.all(s, s.ok)', false],
  ['outputs.plan.steps.exists(s, s.ok)', true],
  ['outputs.plan.steps.exists_one(s, s.ok)', true],
  ['output.deep.list.map(inner, inner.map(n, n + size(inner)))', [[3, 4], [4]]],
  ['outputs.plan.filter(key, key == "risk")', ['risk']],
  // Null, missing, truth.
  ['inputs.none == null', true],
  ['inputs.env == null', false],
  ['null != inputs.count', true],
  ['has(outputs.plan.risk)', true],
  ['has(outputs.plan.riks)', false],
  ['has(outputs.nobody.x.y)', false],
  ['has(outputs["build site"].x.y)', true],
  ['has(inputs.none)', true],
  ['has(inputs.none.x)', false],
  ['has(output.items[0])', false],
  ['has(exit_code)', true],
  ['has(outputs.plan.risk) ? outputs.plan.risk : "none"', 'high'],
  ['!has(output.error) || output.error == ""', true],
  ['output.is_error', true],
  ['true && !false', true],
  ['bool("true")', true],
  // One side decides, though the other has no answer.
  ['output.nothing == 1 || exit_code == 1', true],
  ['exit_code == 0 && output.nothing == 1', false],
  // Names that are no identifiers, and names that JavaScript would know.
  ['outputs["build site"].x.y', 7],
  ['outputs["a/b"] + 1', 2],
  ['outputs["in"]', 'word'],
  ['inputs.__proto__', 'plain'],
  ['inputs.constructor', 'key'],
  ['inputs.toString', 1],
  ['"__proto__" in inputs', true],
  ['"valueOf" in inputs', false],
  ['phases.plan.status == "completed"', true],
  // Times.
  ['timestamp(output.reset) == timestamp(output.reset_at)', true],
  ['timestamp(output.reset_at) + duration(output.took)', '2026-01-01T00:01:30Z'],
  ['timestamp(output.reset_at) - timestamp("2025-12-31T23:00:00+00:00")', '3600s'],
  ['duration("1h30m") > duration("90s")', true],
  ['[duration("1.5s")]', ['1.5s']],
  ['timestamp(output.reset_at).getFullYear()', 2026],
  ['duration("1h30m").getMinutes()', 90],
  ['int(timestamp(output.reset_at))', 1767225600],
  ['string(timestamp(0.5))', '1970-01-01T00:00:00.500Z'],
  // Comments and blanks.
  ['1 + // one\n 1', 2],
];

describe('expressions', () => {
  test.each(table)('%s', (source, value) => {
    expect(evaluate(source, scope)).toEqual(value);
  });
  test('have at least sixty examples, each once', () => {
    expect(new Set(table.map(([source]) => source)).size).toBe(table.length);
    expect(table.length).toBeGreaterThanOrEqual(60);
  });
  test('give back what is JSON, and the very thing that was read', () => {
    expect(evaluate('output.deep', scope)).toBe((scope.output as { readonly deep: Json }).deep);
    for (const [source] of table) {
      const value = evaluate(source, scope);
      expect(JSON.parse(JSON.stringify(value))).toEqual(value);
    }
  });
  test('can be evaluated again and again, with other values', () => {
    const twice = expression('inputs.list.map(i, i + inputs.add)');
    expect(twice.evaluate({ inputs: { list: [1], add: 1 } })).toEqual([2]);
    expect(twice.evaluate({ inputs: { list: [1, 2], add: 2 } })).toEqual([3, 4]);
  });
  test('make objects of any key', () => {
    const made = evaluate('{"__proto__": {"x": 1}, "constructor": 2}') as Record<string, Json>;
    expect(Object.keys(made)).toEqual(['__proto__', 'constructor']);
    expect(evaluate('has(inputs.x)', { inputs: made })).toBe(false);
  });
});

describe('references', () => {
  test.each([
    ['outputs["a b"].c', [['outputs', 'a b', 'c']]],
    ['inputs.x + inputs.x', [['inputs', 'x']]],
    [
      'outputs.plan.steps.filter(s, s.risk > inputs.limit)',
      [
        ['outputs', 'plan', 'steps'],
        ['inputs', 'limit'],
      ],
    ],
    ['outputs.plan.steps[0].id', [['outputs', 'plan', 'steps']]],
    ['outputs[inputs.name].x', [['outputs'], ['inputs', 'name']]],
    [
      'outputs.a[inputs.i].b[inputs.j]',
      [
        ['outputs', 'a'],
        ['inputs', 'i'],
        ['inputs', 'j'],
      ],
    ],
    ['inputs.list.all(inputs, inputs > 1)', [['inputs', 'list']]],
    [
      'inputs.list.map(i, i.x, {"k": [outputs.b, i]})',
      [
        ['inputs', 'list'],
        ['outputs', 'b'],
      ],
    ],
    [
      'has(outputs.x.y) && !output.z',
      [
        ['outputs', 'x', 'y'],
        ['output', 'z'],
      ],
    ],
    [
      'inputs.a.startsWith(inputs.b)',
      [
        ['inputs', 'a'],
        ['inputs', 'b'],
      ],
    ],
    ['size(outputs.x) > 0 ? run.id : -exit_code', [['outputs', 'x'], ['run', 'id'], ['exit_code']]],
    ['[inputs][0].x', [['inputs']]],
    ['"text"', []],
    ['inputs.a.matches("x")', [['inputs', 'a']]],
    ['exit_code in [1, inputs.code]', [['exit_code'], ['inputs', 'code']]],
  ] as const)('of %s', (source, paths) => {
    expect(expression(source).references).toEqual(paths);
  });
});
