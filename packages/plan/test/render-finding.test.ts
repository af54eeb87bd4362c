import { describe, expect, test } from 'vitest';
import { parsePlanText, renderFinding } from '@orch/plan';
import { plugins } from './plugins.ts';

function render(text: string, options: { width?: number; color?: boolean } = {}): string {
  const { findings } = parsePlanText(text, { plugins, file: 'plan.json' });
  return renderFinding(findings[0]!, { text, ...options });
}

/** The lines of the code frame. */
const frameOf = (text: string): string[] =>
  render(text)
    .split('\n')
    .filter((it) => /^ *\d* \|/.test(it));

/** Columns of the longest line of the code frame. */
const widest = (rendered: string): number =>
  Math.max(
    ...rendered
      .split('\n')
      .filter((it) => /^ *\d* \|/.test(it))
      .map((it) => it.length),
  );

describe('a finding for people', () => {
  const text = '{\n  "workflow_id": "w",\n  "phases": [\n    {"name": "a", "comand": "make"}\n  ]\n}\n';
  test('place, severity, code, message, the lines around it, what to do', () => {
    expect(render(text).split('\n')).toEqual([
      'plan.json:4:19 error ORCH_PLAN_UNKNOWN_KEY Phase "a" has an unknown key "comand".',
      '3 |   "phases": [',
      '4 |     {"name": "a", "comand": "make"}',
      '  |                   ^^^^^^^^',
      '5 |   ]',
      '  hint: Did you mean command?',
    ]);
  });
  test('in colour', () => {
    expect(render(text, { color: true })).toContain('\u001b[31m^^^^^^^^\u001b[0m');
  });
  test('without the text', () => {
    const { findings } = parsePlanText(text, { plugins });
    expect(renderFinding(findings[0]!).split('\n')).toHaveLength(2);
  });
  test('a file that is not there', () => {
    expect(render('')).toBe(
      'plan.json:1:1 error ORCH_PLAN_SYNTAX The file is empty.\n  hint: A plan begins with {"workflow_id": …}.',
    );
  });
  test.each([
    [24, '  … and 3 more places'],
    [22, '  … and 1 more place'],
  ])('the other places of a cycle of %i, at most twenty', (length, rest) => {
    const phases = Array.from({ length }, (_, at) => ({
      name: `p${at}`,
      command: 'x',
      depends_on: [`p${(at + 1) % length}`],
    }));
    const rows = render(JSON.stringify({ workflow_id: 'w', phases })).split('\n');
    expect(rows.filter((it) => it.startsWith('  plan.json:1:'))).toHaveLength(20);
    expect(rows).toContain(rest);
  });
});

describe('code frames', () => {
  test('the first and the last line have no neighbour', () => {
    expect(frameOf('{"a": 1 "b": 2}')).toEqual(['1 | {"a": 1 "b": 2}', '  |         ^^^']);
    expect(frameOf('{\n"a": }')).toEqual(['1 | {', '2 | "a": }', '  |      ^']);
  });
  test('tabs and control characters are shown, the caret stays under its place', () => {
    const rows = render('{\t"a\u001b[2J\u007f\u009b\u202e\u061c": }').split('\n');
    expect(rows[0]).toContain('ORCH_PLAN_SYNTAX');
    expect(rows[1]).toBe('1 | {→"a␛[2J␡\ufffd\ufffd\ufffd": }');
    expect(rows[2]).toBe('  |     ^');
  });
  test('wide characters take two columns, marks on letters none', () => {
    const rows = render('{"名e\u0301": ]}').split('\n');
    expect(rows[2]).toBe(`  | ${' '.repeat(8)}^`);
  });
  test('Windows line ends are not shown', () => {
    expect(frameOf('{\r\n"a": }\r\n')).toEqual(['1 | {', '2 | "a": }', '  |      ^']);
  });
  test.each([20, 40, 80])('a long line is clipped around the place, %d columns wide', (width) => {
    const rendered = render(`{"x_a": "${'y'.repeat(100_000)}" "b": "${'z'.repeat(100_000)}"}`, { width });
    expect(widest(rendered)).toBeLessThanOrEqual(width);
    const [line = '', marks = ''] = rendered.split('\n').slice(1);
    expect(line.slice(marks.indexOf('^'), marks.lastIndexOf('^') + 1)).toBe('"b"');
  });
  test('a line of megabytes is not searched to its ends for each finding', () => {
    const half = 'y'.repeat(15_000_000);
    const text = `{"x_a": "${half}", "b": 1, "x_c": "${half}"}`;
    const [finding] = parsePlanText(text, { plugins }).findings.filter(({ path }) => path[0] === 'b');
    // Forward and back over all of it, this would take minutes.
    for (let time = 0; time < 10_000; time++) expect(renderFinding(finding!, { text })).toContain('^^^');
  });
  test('neighbours that are too long to look are left out', () => {
    const far = 'y'.repeat(20_000);
    expect(frameOf(`{"x_a": "${far}",\n"b": }`)).toEqual(['2 | "b": }', '  |      ^']);
    expect(frameOf(`{\n"b": ], "x_a": "${far}"\n}`)).toHaveLength(3);
  });
  test('a long value is marked as far as it is shown', () => {
    const rendered = render(`{"workflow_id": "${'w'.repeat(1000)}", "phases": [{"name": "a", "command": "x"}]}`, {
      width: 60,
    });
    expect(widest(rendered)).toBeLessThanOrEqual(60);
  });
  test('nothing of a file reaches the terminal as a command', () => {
    const { findings } = parsePlanText('{"\u009b2J": 1}', { file: 'a\u001b[2J.json' });
    const rendered = renderFinding(findings[0]!, { text: '{"\u009b2J": 1}' });
    expect(rendered.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});
