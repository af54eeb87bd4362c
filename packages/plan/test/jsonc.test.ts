import { expect, test } from 'vitest';
import { parsePlanText, planFormat } from '@orch/plan';
import { findingOf } from './marked.ts';
import { plugins } from './plugins.ts';

const format = await planFormat('p.jsonc');
const phase = '{"name": "a", "command": "x"}';

test.each([
  ['comments everywhere', `// one\n{/* two */"workflow_id"/**/:/* * / */"w", // three\n"phases": [${phase}] } // end`],
  ['commas before closing brackets', `{"workflow_id": "w", "phases": [${phase},],}`],
  ['such commas and comments', `{"workflow_id": "w", "phases": [${phase} /* a */, /* b */ ] // c\n, // d\n}`],
  ['comments that hold quotes and brackets', `{"workflow_id": "w", /* "]} */ // "[\n"phases": [${phase}]}`],
  ['line ends of Windows', `// one\r\n{"workflow_id": "w",\r\n"phases": [${phase},\r\n]}\r\n`],
])('%s', (_, text) => {
  const { findings, plan } = parsePlanText(text, { plugins, format });
  expect(findings).toEqual([]);
  expect(plan).toEqual({ workflow_id: 'w', phases: [JSON.parse(phase)] });
});

test('what looks like a comment in a text is text', () => {
  const text = '{"workflow_id": "w", "phases": [{"name": "/* a */", "command": "echo // \\" /*,]"}]}';
  expect(parsePlanText(text, { plugins, format }).plan).toEqual(JSON.parse(text));
});

test.each([
  ['{"a": 1} ⟦/* no end⟧', /comment has no end/],
  ['{"a": 1 ⟦/⟧ 2}', /does not belong/],
  ['{⟦,⟧}', /key in double quotes/],
  ['{"a": [⟦,⟧]}', /A value must stand here/],
  ['{"a": [1,⟦,⟧]}', /A value must stand here/],
  ['{"a": 1,⟦,⟧}', /key in double quotes/],
  ['{"a": 1}⟦,⟧', /more after the end/],
  ['{"a": 1, // one\n⟦b⟧: 2}', /double quotes/],
  ['⟦#⟧ one\n{}', /no comments that begin with #/],
  ['// only a comment⟦⟧', /is empty/],
  ['{"a": ⟦"b // c⟧\n}', /no closing quote/],
])('%j', async (marked, message) => {
  const text = marked.startsWith('//') ? `⟦⟧${marked.replaceAll(/[⟦⟧]/g, '')}` : marked;
  expect(await findingOf(text, 'p.jsonc')).toMatchObject({
    code: 'ORCH_PLAN_SYNTAX',
    message: expect.stringMatching(message),
  });
});

test('places count comments', async () => {
  const marked = `/* 😀\n */ {"workflow_id": "w", // one\n "phases": [{"name": "a", /* two */ ⟦"comand"⟧: "x"},]}`;
  expect(await findingOf(marked, 'p.jsonc')).toMatchObject({ code: 'ORCH_PLAN_UNKNOWN_KEY', line: 3 });
});

test('depth counts what is no comment', async () => {
  const deep = `${'['.repeat(63)}⟦[⟧`;
  expect(await findingOf(`// ${'['.repeat(99)}\n{"x_a": ${deep}`, 'p.jsonc')).toMatchObject({
    code: 'ORCH_PLAN_LIMIT',
  });
  expect((await findingOf(`/*[[*/${'['.repeat(64)}⟦[⟧${'['.repeat(99_999)}`, 'p.jsonc')).code).toBe('ORCH_PLAN_LIMIT');
});

test('a key that stands there twice', async () => {
  const { code, related } = await findingOf(
    `{"workflow_id": "w", /* one */ ⟦"workflow_id"⟧: "w", "phases": [${phase}]}`,
    'p.jsonc',
  );
  expect([code, related?.[0]?.column]).toEqual(['ORCH_PLAN_DUPLICATE_KEY', 2]);
});
