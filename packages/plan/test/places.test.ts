import { describe, expect, test } from 'vitest';
import { parsePlanText, type PositionedFinding } from '@orch/plan';
import { findingOf } from './marked.ts';
import { plugins } from './plugins.ts';

const finding = (marked: string): Promise<PositionedFinding> => findingOf(marked, 'p.json');
const inPlan = (phases: string): string => `{\n  "workflow_id": "w",\n  "phases": [\n    ${phases}\n  ]\n}\n`;
const a = '{"name": "a", "command": "x", "depends_on": []}';

describe('every code has its place', () => {
  test.each([
    ['ORCH_PLAN_SYNTAX', '{"workflow_id": "w", "phases": [⟦}⟧'],
    ['ORCH_PLAN_DUPLICATE_KEY', inPlan('{"name": "a", "command": "x", "depends_on": [],\n ⟦"name"⟧: "a"}')],
    [
      'ORCH_PLAN_DUPLICATE_KEY',
      inPlan(`{"name": "a", "command": "x", "depends_on": [], "env": {"__proto__": 1,⟦"__proto__"⟧: 2}}`),
    ],
    ['ORCH_PLAN_DUPLICATE_KEY', inPlan('{"name": "a", "command": "x", "depends_on": [], ⟦"n\\u0061me"⟧: "a"}')],
    ['ORCH_PLAN_LIMIT', `{"x_deep": ${'['.repeat(63)}⟦[⟧${']'.repeat(64)}}`],
    ['ORCH_PLAN_UNKNOWN_KEY', inPlan(`${a},\n{"name": "b", ⟦"comand"⟧: "x"}`)],
    ['ORCH_PLAN_UNKNOWN_KEY', `{"workflow_id": "w", ⟦"__proto__"⟧: {}, "phases": [${a}]}`],
    ['ORCH_PLAN_NOT_SUPPORTED', inPlan('{"name": "a", "command": "x", "depends_on": [], ⟦"approval"⟧: true}')],
    ['ORCH_PLAN_TYPE', inPlan('{"name": "a", "command": "x", "depends_on": [], "timeout": ⟦"5 minutes"⟧}')],
    ['ORCH_PLAN_TYPE', inPlan('{"name": "a", "command": ⟦[ "x" ]⟧, "depends_on": []}')],
    ['ORCH_PLAN_TYPE', `⟦[1, 2]⟧`],
    ['ORCH_PLAN_TYPE', `{"workflow_id": ⟦"a b"⟧, "phases": [${a}]}`],
    ['ORCH_PLAN_MISSING_KEY', `⟦{"phases": [${a}]}⟧`],
    ['ORCH_PLAN_MISSING_KEY', inPlan(`${a}, ⟦{"command": "x"}⟧`)],
    ['ORCH_PLAN_DUPLICATE_NAME', inPlan(`${a}, {"name": ⟦"a"⟧, "command": "x"}`)],
    ['ORCH_PLAN_UNKNOWN_DEP', inPlan(`${a}, {"name": "b", "command": "x", "depends_on": ["a", ⟦"aa"⟧]}`)],
    ['ORCH_PLAN_SELF_DEP', inPlan('{"name": "a", "command": "x", "depends_on": [⟦"a"⟧]}')],
    ['ORCH_PLAN_DUPLICATE_DEP', inPlan(`${a}, {"name": "b", "command": "x", "depends_on": ["a", ⟦"a"⟧]}`)],
    [
      'ORCH_PLAN_CYCLE',
      inPlan(
        '{"name": "a", "command": "x", "depends_on": [⟦"b"⟧]},\n{"name": "b", "command": "x", "depends_on": ["a"]}',
      ),
    ],
    ['ORCH_PLAN_NO_WORK', inPlan(`${a},\n ⟦{"name": "b"}⟧`)],
    ['ORCH_PLAN_TWO_WORKS', inPlan('{"name": "a", "command": "x", ⟦"prompt"⟧: "x", "depends_on": []}')],
    [
      'ORCH_PLAN_SEQUENTIAL',
      '{"workflow_id": "w",\n ⟦"phases"⟧: [{"name": "a", "command": "x"}, {"name": "b", "command": "x"}]}',
    ],
  ])('%s %s', async (code, marked) => {
    expect((await finding(marked)).code).toBe(code);
  });
  test('columns count UTF-16 units, lines end with \\n or \\r\\n', async () => {
    const { column } = await finding('{"workflow_id": "w",\r\n "x_😀": 1, ⟦"bogus"⟧: 1, "phases": [' + a + ']}');
    expect(column).toBe(13);
  });
  test('related places are placed too', async () => {
    const { related } = await finding(
      inPlan(
        `{"name": "a", "command": "x", "depends_on": [⟦"b"⟧]},\n{"name": "b", "command": "x", "depends_on": ["a"]}`,
      ),
    );
    expect(related).toMatchObject([{ line: 5, column: 46, length: 3, message: '"b" needs "a"' }]);
  });
  test('of a repeated key the last value is the one that is read', () => {
    const { findings, workflow, plan } = parsePlanText(
      inPlan('{"name": "a", "command": 5, "depends_on": [], "command": ""}').replace('"w"', '5'),
      { plugins },
    );
    expect(workflow).toBeUndefined();
    expect(plan).toMatchObject({ phases: [{ command: '' }] });
    expect(findings.map((it) => `${it.line}:${it.column} ${it.code}`)).toEqual([
      '2:18 ORCH_PLAN_TYPE',
      '4:51 ORCH_PLAN_DUPLICATE_KEY',
    ]);
  });
});

describe('text that is not JSON', () => {
  test.each([
    ['{"a": 1,⟦⟧', /ends too early\. } is missing/],
    ['{"a": [1, 2⟦⟧', /ends too early\. ] is missing/],
    ['{"a": ⟦"abc⟧', /no closing quote/],
    ['{"a": ⟦"abc⟧\n", "b": 1}', /no closing quote/],
    ['{"a": 1⟦,⟧}', /no comma before a closing bracket/],
    ['{"a": [1⟦,⟧]}', /no comma before a closing bracket/],
    ['{"a": 1 ⟦"b"⟧: 2}', /comma is missing before this/],
    ['{"a" ⟦1⟧}', /colon must stand/],
    ['{⟦,⟧}', /key in double quotes/],
    ['{"a": 1, ⟦b⟧: 2}', /Text stands in double quotes/],
    ["{⟦'a'⟧: 1}", /JSON strings stand in double quotes/],
    ['{"a": ⟦01⟧}', /no JSON number/],
    ['{"a": ⟦.5⟧}', /no JSON number/],
    ['{"a": ⟦+1⟧}', /no JSON number/],
    ['{"a": ⟦NaN⟧}', /Text stands/],
    ['{"a": ⟦True⟧}', /True is not JSON/],
    ['{"a": ⟦None⟧}', /None is not JSON/],
    ['{"a": ⟦}⟧', /A value must stand here, not }/],
    ['{"a": [1⟦}⟧', /] or a comma must stand here/],
    ['{"a": 1} ⟦{⟧"b": 2}', /more after the end/],
    ['{"a": 1}\n⟦]⟧', /more after the end/],
    ['{ ⟦//⟧ comment\n"a": 1}', /no comments/],
    ['{"a": 1} ⟦/*⟧ x */', /no comments/],
    ['⟦#⟧ plan\n{}', /no comments/],
    ['{"a": "⟦\\x⟧"}', /\\x is no escape/],
    ['{"a": "⟦\\u00zz⟧"}', /\\u00zz is no escape/],
    ['{"a": "x⟦\t⟧"}', /control character/],
    ['{"a": "x⟦\0⟧"}', /NUL byte in this string/],
    ['{"a": ⟦\0⟧}', /NUL byte here/],
    ['{"a":⟦\u00a0⟧}', /does not belong here/],
    ['⟦\ufeff⟧{}', /does not belong here/],
    ['⟦⟧', /is empty/],
    ['⟦⟧ \n ', /is empty/],
    ['⟦workflow_id:⟧ w', /Text stands/],
  ])('%j', async (marked, message) => {
    const text = marked.replace('⟦workflow_id:⟧', '⟦workflow_id⟧:');
    expect(await finding(text)).toMatchObject({
      code: 'ORCH_PLAN_SYNTAX',
      severity: 'error',
      path: [],
      message: expect.stringMatching(message),
    });
  });
  test('where the open bracket is', async () => {
    expect((await finding('{"workflow_id": "w",\n "phases": [{⟦⟧')).related).toMatchObject([
      { message: 'Opened here.', line: 2, column: 13 },
    ]);
  });
});

describe('depth', () => {
  test.each(['[', '{"a":', '[{"a":'])('100,000 times %s', (open) => {
    const { findings } = parsePlanText(open.repeat(100_000), { plugins });
    expect(findings).toMatchObject([{ code: 'ORCH_PLAN_LIMIT', line: 1 }]);
  });
  test('brackets in strings do not count', () => {
    const { findings } = parsePlanText(
      `{"workflow_id": "w", "phases": [{"name": "\\"${'[{'.repeat(90)}", "command": "x"}]}`,
      { plugins },
    );
    expect(findings).toEqual([]);
  });
});
