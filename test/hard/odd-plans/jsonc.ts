import { accepted, phaseText, planText, refused, refusedAt, type OddPlan } from './row.ts';

const good = planText();
const deep = 100_000;

/** Plans in JSON with comments. */
export const jsonc: readonly OddPlan[] = [
  accepted(
    'comments everywhere',
    `// a plan\n${good.replace('{', '{ /* "odd": { */').replace(',', ', // [\n')}/* the end **/ // really`,
  ),
  accepted(
    'commas before closing brackets',
    planText([`${phaseText({ more: '"env": {"A": "1",},' })},`], '"x_a": [1, 2, /* 3 */],'),
  ),
  accepted(
    'what looks like comments, in texts',
    planText([phaseText({ more: '"env": {"A": "// a", "B": "/* b", "C": "\\\\"}' })]),
  ),
  accepted('comments full of brackets', `/*${'['.repeat(1_000)}*/${good}//${'{'.repeat(1_000)}`),
  accepted('line ends of Windows', `// why\r\n${good.replaceAll('\n', '\r\n')}// end\r\n`),
  accepted('line ends of old Macs', good.replaceAll('\n', '\r')),
  refused('a comment without an end', `${good}⟦/* why`, 'SYNTAX'),
  refused('a comment within a comment', `{ /* a /* b */ ⟦*/${good.slice(1)}`, 'SYNTAX'),
  refused('half of a comment', `{⟦/ why\n${good.slice(1)}`, 'SYNTAX'),
  refused('a comment of a shell', `⟦# why\n${good}`, 'SYNTAX'),
  refused('a comment of HTML', `⟦<!-- why -->\n${good}`, 'SYNTAX'),
  refused('two commas', '{"workflow_id": "odd", /* a */⟦, "phases": []}', 'SYNTAX'),
  refused('two commas before a bracket', '{"x_a": [1, ⟦, /* a */]}', 'SYNTAX'),
  refused('a comma alone', '{"x_a": [⟦,]}', 'SYNTAX'),
  refused('a comma first', '{⟦, "workflow_id": "odd"}', 'SYNTAX'),
  refused('a comma after the plan', `${good}⟦,`, 'SYNTAX'),
  refused('a comma that is missing', '{"workflow_id": "odd" // why\n⟦"phases": []}', 'SYNTAX'),
  refused('keys without quotes', '{ // why\n⟦workflow_id: "odd"}', 'SYNTAX'),
  refused('single quotes', "{⟦'workflow_id': 'odd'}", 'SYNTAX'),
  refused('a number of JSON5', '{"timeout": ⟦0x10}', 'SYNTAX'),
  refused('a text on two lines', '{"workflow_id": ⟦"o // a\ndd"}', 'SYNTAX'),
  refused('cut off in a comment', '{"workflow_id": "odd", // wh⟦', 'SYNTAX'),
  refusedAt('comments only', () => '// some day\n', ['SYNTAX 1:1']),
  refusedAt('an empty file', () => '', ['SYNTAX 1:1']),
  refusedAt('a byte order mark', () => `\ufeff${good}`, ['SYNTAX 1:1']),
  refused('YAML', '⟦workflow_id: odd\nphases: []\n', 'SYNTAX'),
  refused(
    'a key twice, a comment between',
    `{"workflow_id": "odd", /* a */ ⟦"workflow_id": "odd", "phases": [${phaseText()}]}`,
    'DUPLICATE_KEY',
  ),
  refused(
    'an unknown key behind comments',
    planText([`/* 😀\n*/ {"name": "a", /* b */ ⟦"comand": "x"}`]),
    'UNKNOWN_KEY',
  ),
  refused('what a comma leaves behind', planText(['⟦⟦{},']), 'MISSING_KEY', 'NO_WORK'),
  refused('lists 100,000 deep', `/*[*/${'['.repeat(64)}⟦${'['.repeat(deep - 64)}`, 'LIMIT'),
  refusedAt(
    '10 MB of a comment, and a mistake',
    () => `/*${`${'x'.repeat(99)}\n`.repeat(100_000)}*/{"workflow_id": 5}`,
    ['MISSING_KEY 100001:3', 'TYPE 100001:19'],
    { large: true },
  ),
].map((row) => ({ ...row, ending: 'jsonc' }));
