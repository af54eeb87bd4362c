import { accepted, mark, phaseText, planText, refused, refusedAt, type OddPlan } from './row.ts';

const good = planText();
const inPhase = (more: string): string => planText([phaseText({ more })]);
const inPlan = (more: string): string => planText(undefined, `${more},`);
const deep = 100_000;

/** Keys that every object of JavaScript has. */
const inherited = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'prototype'];

/** What is not quite JSON, and JSON that others stumble over. */
export const json: readonly OddPlan[] = [
  refused('not JSON at all', '⟦Dear computer, please build it.\n', 'SYNTAX'),
  refused('YAML', '⟦workflow_id: odd\nphases: []\n', 'SYNTAX'),
  refused('a line comment', `{\n⟦// why\n${good.slice(1)}`, 'SYNTAX'),
  refused('a block comment', `{⟦/* why */${good.slice(1)}`, 'SYNTAX'),
  refused('a comment of a shell', `⟦# why\n${good}`, 'SYNTAX'),
  refused('a comment after the plan', `${good}⟦// done`, 'SYNTAX'),
  refused('a comma before }', '{"workflow_id": "odd"⟦,}', 'SYNTAX'),
  refused('a comma before ]', `{"workflow_id": "odd", "phases": [${phaseText()}⟦,]}`, 'SYNTAX'),
  refused('two commas', '{"workflow_id": "odd",⟦, "phases": []}', 'SYNTAX'),
  refused('a comma that is missing', '{"workflow_id": "odd" ⟦"phases": []}', 'SYNTAX'),
  refused('a colon that is missing', '{"workflow_id" ⟦"odd"}', 'SYNTAX'),
  refused('= for :', '{"workflow_id" ⟦= "odd"}', 'SYNTAX'),
  refused('single quotes', "{⟦'workflow_id': 'odd'}", 'SYNTAX'),
  refused('typographic quotes', '{⟦“workflow_id”: “odd”}', 'SYNTAX'),
  refused('keys without quotes', '{⟦workflow_id: "odd"}', 'SYNTAX'),
  refused('the wrong closing bracket', '{"phases": [1⟦}', 'SYNTAX'),
  refused('a closing bracket alone', '⟦]', 'SYNTAX'),
  refused('a line break in a text', '{"workflow_id": ⟦"o\ndd"}', 'SYNTAX'),
  refused('a tab in a text', '{"workflow_id": "o⟦\tdd"}', 'SYNTAX'),
  refused('an escape that is none', '{"workflow_id": "o⟦\\xdd"}', 'SYNTAX'),
  refused('a blank that is none', '{⟦\u00a0"workflow_id": "odd"}', 'SYNTAX'),
  ...['NaN', 'Infinity', '-Infinity', 'undefined', 'True', '0x10', '01', '.5', '5.', '+1', '1_000', '1e'].map((word) =>
    refused(`${word} as a value`, `{"timeout": ⟦${word}}`, 'SYNTAX'),
  ),
  ...['null', '[]', '"odd"', '5', 'true', '1e400'].map((value) => refused(`the plan is ${value}`, `⟦${value}`, 'TYPE')),
  refused('an empty object', '⟦⟦{}', 'MISSING_KEY', 'MISSING_KEY'),
  refused('a key twice', planText(undefined, '⟦"workflow_id": "odd",'), 'DUPLICATE_KEY'),
  refused(
    'a key three times, once in escapes',
    inPhase(`⟦"name": "b", ⟦"n\\u0061me": "c"`),
    'DUPLICATE_KEY',
    'DUPLICATE_KEY',
  ),
  refused('a repeated key in what is ignored', inPlan('"x_note": [{"a": 1, ⟦"a": 1}]'), 'DUPLICATE_KEY'),
  refused('__proto__ twice in env', inPhase('"env": {"__proto__": "1", ⟦"__proto__": "2"}'), 'DUPLICATE_KEY'),
  refused('brackets before all else', `{"x_deep": ${'['.repeat(63)}⟦[${']'.repeat(64)}, "bogus": 1}`, 'LIMIT'),
  accepted('brackets as deep as allowed', inPlan(`"x_deep": ${'['.repeat(63)}${']'.repeat(63)}`)),
  accepted('brackets in texts', inPlan(`"x_text": "${'[{'.repeat(100)}"`)),
  refused('lists 100,000 deep', `${'['.repeat(64)}⟦${'['.repeat(deep - 64)}${']'.repeat(deep)}`, 'LIMIT'),
  refused('lists 100,000 deep, never closed', `${'['.repeat(64)}⟦${'['.repeat(deep - 64)}`, 'LIMIT'),
  refusedAt('objects 100,000 deep', () => `${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`, [`LIMIT 1:${64 * 5 + 1}`]),
  refused('closing brackets 100,000 times', `⟦${']'.repeat(deep)}`, 'SYNTAX'),
  refused(
    'keys that every object has',
    inPlan(inherited.map((key) => `⟦"${key}": {"odd": true}`).join(', ')),
    ...inherited.map(() => 'UNKNOWN_KEY'),
  ),
  refused(
    'such keys in a phase',
    inPhase(inherited.map((key) => `⟦"${key}": {}`).join(', ')),
    ...inherited.map(() => 'UNKNOWN_KEY'),
  ),
  refused('such keys in the defaults', inPlan('"defaults": {⟦"__proto__": {"timeout": 1}}'), 'UNKNOWN_KEY'),
  refused(
    'workflow_id by the prototype',
    `⟦{⟦"__proto__": {"workflow_id": "odd"}, "phases": [${phaseText()}]}`,
    'MISSING_KEY',
    'UNKNOWN_KEY',
  ),
  accepted('such texts as values', inPlan(`"description": "__proto__", "x_a": "constructor"`)),
  accepted(
    'such names of variables',
    planText([
      `{"name": "a", "command": ${JSON.stringify(`test "$__proto__$constructor" = 12 && ${mark}`)}, ` +
        `"env": {"__proto__": "1", "constructor": "2"}}`,
    ]),
  ),
  accepted(
    'escapes in keys and values',
    planText().replace('"name"', '"\\u006eam\\u0065"').replace('"a"', '"\\u0061"'),
  ),
  accepted('half of a surrogate pair where nobody reads it', inPlan('"x_a": "\\ud800", "$comment": "\\udfff\\ud800"')),
  refused(
    'half of a surrogate pair in a command',
    planText(['{"name": "a", "command": ⟦"echo \\ud83d >> ran"}']),
    'TYPE',
  ),
  refused(
    'half of a surrogate pair in a list of words',
    planText(['{"name": "a", "command": ⟦["echo", "\\ude00"]}']),
    'TYPE',
  ),
  refused('half of a surrogate pair in a variable', inPhase('"env": ⟦{"A": "\\ud83d"}'), 'TYPE'),
  accepted('both halves', inPhase('"env": {"A": "\\ud83d\\ude00"}')),
  accepted('numbers that JSON allows', inPhase('"timeout": 3.0e+2, "retry_count": 1E0, "grace": 0.5')),
  accepted('a number with a thousand digits', inPlan(`"x_a": ${'9'.repeat(1_000)}, "x_b": -0.${'0'.repeat(1_000)}1`)),
];
