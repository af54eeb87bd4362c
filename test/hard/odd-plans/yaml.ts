import { accepted, mark, refused, refusedAt, type OddPlan } from './row.ts';

const head = 'workflow_id: odd\n';
/** A phase, its keys in the fifth column. */
const phase = (name = 'a', more = ''): string => `  - name: ${name}\n    command: ${mark}\n    depends_on: []\n${more}`;
const good = `${head}phases:\n${phase()}`;
const inPlan = (more: string): string => `${head}${more}\nphases:\n${phase()}`;
const inPhase = (more: string): string => `${head}phases:\n${phase('a', `    ${more}\n`)}`;
const deep = 100_000;

/** Lines of which each stands for ten of the one before. */
const laughs = (lines: number): string =>
  Array.from({ length: lines }, (_, at) =>
    at === 0 ? 'x_0: &x0 [ha]\n' : `x_${at}: &x${at} [${Array.from({ length: 10 }, () => `*x${at - 1}`).join(', ')}]\n`,
  ).join('');

const syntax: readonly OddPlan[] = [
  refused('a tab before a key', `${head}phases:\n⟦\t- name: a\n`, 'SYNTAX'),
  refused('a tab after blanks', `${head}phases:\n  - name: a\n  ⟦\tcommand: x\n`, 'SYNTAX'),
  refused('a key deeper than those before', `${head}phases:\n  - name: a\n      ⟦command: x\n`, 'SYNTAX'),
  refused('a key less deep than its own', `${head}phases:\n  - name: a\n   ⟦command: x\n`, 'SYNTAX'),
  refused('a key in the column of the dash', `${head}phases:\n  - name: a\n  ⟦command: x\n`, 'SYNTAX'),
  refused('an item in the column of the keys of the plan', `${head}phases:\n  - name: a\n⟦- name: b\n`, 'SYNTAX'),
  refused('a list behind its key', `${head}phases: ⟦- name: a\n`, 'SYNTAX'),
  refused('a double quote that is not closed', `${head}description: ⟦"odd\nphases: []\n`, 'SYNTAX'),
  refused('a single quote that is not closed', `${head}description: ⟦'it''s\nphases: []\n`, 'SYNTAX'),
  refused('a quote that a backslash takes', `${head}description: ⟦"C:\\"\nphases: []\n`, 'SYNTAX'),
  refused('a bracket that is not closed', `${head}x_a: [1, 2\n⟦phases: []\n`, 'SYNTAX'),
  refused('a brace that is not closed', `${head}phases:\n  - {name: a, command: x\n⟦x_a: 1\n`, 'SYNTAX'),
  refused('cut off in a bracket', `${head}phases: [{name: a}, ⟦`, 'SYNTAX'),
  refused('the wrong closing bracket', `${head}x_a: [1, 2⟦}\n`, 'SYNTAX'),
  refused('a closing bracket alone', `${head}x_a: ⟦]\n`, 'SYNTAX'),
  refused('two commas', `${head}x_a: [1,⟦, 2]\n`, 'SYNTAX'),
  refused('a comma that is missing', `${head}x_a: ["1" ⟦"2"]\n`, 'SYNTAX'),
  refused('a colon in a command', `${head}phases:\n  - name: a\n    command: ⟦echo status: done\n`, 'SYNTAX'),
  refused('a colon in a command in braces', `${head}phases:\n  - {name: a, command: ⟦echo a: b}\n`, 'SYNTAX'),
  refused('a key without a blank after its colon', `${head}⟦description:odd\nphases: []\n`, 'SYNTAX'),
  refused('a key without a colon', `${head}phases:\n  - name: a\n    ⟦command\n    timeout: 5\n`, 'SYNTAX'),
  refused('text after a text in quotes', `${head}description: "odd" ⟦plan\n`, 'SYNTAX'),
  refused('a quote within quotes', `${head}description: 'it'⟦s odd'\n`, 'SYNTAX'),
  refused('a comment that sticks to a text', `${head}description: "odd"⟦# why\n`, 'SYNTAX'),
  refused('an @ before a text', `${head}description: ⟦@odd\n`, 'SYNTAX'),
  refused('a command in backticks', `${head}phases:\n  - name: a\n    command: ⟦\`make\`\n`, 'SYNTAX'),
  refused('a %', `${head}description: ⟦%d phases\n`, 'SYNTAX'),
  refused('an escape that is none', `${head}description: "o⟦\\dd"\n`, 'SYNTAX'),
  refused('a text behind |', `${head}description: |⟦odd\n  plan\n`, 'SYNTAX'),
  refused('a text of | that is not indented', `${head}phases:\n  - name: a\n    command: |\n    ⟦echo hi\n`, 'SYNTAX'),
  refused('a line less deep in a text of |', `${head}description: |\n    odd\n  ⟦plan\nphases: []\n`, 'SYNTAX'),
  refused('two anchors', `${head}x_a: &a ⟦&b c\n`, 'SYNTAX'),
  refused('an anchor for an alias', `${head}x_a: &a b\nx_c: &c ⟦*a\n`, 'SYNTAX'),
  refused('a NUL', `${head}description: o⟦\0dd\n`, 'SYNTAX'),
  refused('an escape of a terminal', `${head}description: "⟦\u001b[2Jodd"\n`, 'SYNTAX'),
  refused('line ends of old Macs', `workflow_id: odd⟦\rphases: []\r`, 'SYNTAX'),
  refused('a key of 2,000 characters', `${head}⟦${'k'.repeat(2_000)}: 1\n`, 'SYNTAX'),
  refused('JSON, a plan in each line', '{"workflow_id": "odd"}\n⟦{"workflow_id": "odd"}\n', 'SYNTAX'),
  refusedAt('an empty file', () => '', ['SYNTAX 1:1']),
  refusedAt('comments only', () => '# a plan\n# some day\n', ['SYNTAX 1:1']),
  refusedAt('three dashes', () => '---\n', ['SYNTAX 1:1']),
  refusedAt('a byte order mark', () => `\ufeff${good}`, ['SYNTAX 1:1']),
  refusedAt('UTF-16', () => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(good, 'utf16le')]), ['SYNTAX 1:1']),
  refusedAt('Latin-1', () => Buffer.from('workflow_id: f\u00fcr\n', 'latin1'), ['SYNTAX 1:15']),
];

const notTaken: readonly OddPlan[] = [
  refused('a second document', `${good}⟦---\n${good}`, 'YAML'),
  refused('an empty document before the plan', `---\n...\n⟦---\n${good}`, 'YAML'),
  refused('a key after the end of the document', `${good}...\n⟦timeout: 5\n`, 'YAML'),
  refused('YAML 1.1', `⟦%YAML 1.1\n---\n${good}`, 'YAML'),
  refused('a directive of nobody', `⟦%ORCH 1\n---\n${good}`, 'YAML'),
  refused('a tag of somebody', inPlan('description: ⟦!env HOME'), 'YAML'),
  refused('code of JavaScript', inPlan('description: ⟦!!js/function "function () { return 1 }"'), 'YAML'),
  refused('an object of Python', inPlan('x_a: ⟦!!python/object/apply:os.system ["id"]'), 'YAML'),
  refused('bytes', inPlan('description: ⟦!!binary b2Rk'), 'YAML'),
  refused('a key that is a number', inPlan('⟦5: odd'), 'YAML'),
  refused('a key that is true', inPlan('x_a: {⟦true: odd}'), 'YAML'),
  refused('a key that is a list', inPlan('x_a:\n  ? ⟦[a, b]\n  : odd'), 'YAML'),
  refused('a key that is an alias', inPlan('x_a: &a odd\nx_b: {⟦*a : 1}'), 'YAML'),
  refused('a number that is octal for some', inPhase('timeout: ⟦0755'), 'YAML'),
  refused('infinity', inPhase('timeout: ⟦.inf'), 'YAML'),
  refused('no number', inPlan('concurrency: ⟦.NaN'), 'YAML'),
  refused('an alias of nobody', inPhase('env: ⟦*common'), 'YAML'),
  refused('an alias before its anchor', `${head}x_a: ⟦*a\nx_b: &a odd\nphases:\n${phase()}`, 'YAML'),
  refused('an alias within what it stands for', inPlan('x_a: &a [1, ⟦*a]'), 'YAML'),
  refused('a text that is merged', inPhase('<<: ⟦common'), 'YAML'),
  refused('a glob that is no alias', inPlan('description: ⟦*.txt'), 'YAML'),
  refusedAt('a billion laughs', () => `${laughs(10)}${good}`, ['LIMIT 7:26']),
  refusedAt('a billion laughs, nine times deeper', () => `${laughs(90)}${good}`, ['LIMIT 7:26']),
  refusedAt('lists 100,000 deep', () => '['.repeat(deep), ['LIMIT 1:65']),
  refusedAt('dashes 100,000 deep', () => '- '.repeat(deep), ['LIMIT 1:129']),
  refusedAt('question marks 100,000 deep', () => '? '.repeat(deep), ['LIMIT 1:129']),
  refusedAt('keys 500 deep', () => Array.from({ length: 500 }, (_, at) => `${' '.repeat(at)}k:\n`).join(''), [
    'LIMIT 65:65',
  ]),
  refusedAt(
    'more words than memory bears',
    () => `${head}phases:\n${'- {name: a}\n'.repeat(190_000)}`,
    ['LIMIT 181820:2'],
    { large: true, manyPhases: true },
  ),
];

const values: readonly OddPlan[] = [
  refused('a key twice', inPlan('⟦workflow_id: odd'), 'DUPLICATE_KEY'),
  refused('a key twice, once in quotes', inPhase('⟦"name": b'), 'DUPLICATE_KEY'),
  refused('<< twice', `${head}x_a: &a {}\nphases:\n${phase('a', '    <<: *a\n    ⟦<<: *a\n')}`, 'DUPLICATE_KEY'),
  refused('yes for true', inPhase('checkpoint: ⟦yes'), 'TYPE'),
  refused('a key without a value', inPhase('timeout:⟦'), 'TYPE'),
  refused('a number for a variable', inPhase('env: {PORT: ⟦8080}'), 'TYPE'),
  refused('a number that is too large for numbers', inPhase('timeout: ⟦1e400'), 'TYPE'),
  refused('a version as an id', `workflow_id: ⟦1.10\nphases:\n${phase()}`, 'TYPE'),
  refused('a list', '⟦- workflow_id: odd\n- phases: []\n', 'TYPE'),
  refused('words', '⟦Dear computer, please build it.\n', 'TYPE'),
  refused('a plan in braces with two keys that have no value', '{⟦workflow_id, ⟦phases}\n', 'TYPE', 'TYPE'),
  refused(
    'an unknown key where it was merged from',
    `${head}x_a: &a {⟦comand: x}\nphases:\n${phase('a', '    <<: *a\n')}`,
    'UNKNOWN_KEY',
  ),
  refused(
    'an unknown name where the list was written',
    `${head}x_a: &a [⟦nobody]\nphases:\n  - {name: a, command: "true", depends_on: *a}\n`,
    'UNKNOWN_DEP',
  ),
  refused(
    'a circle',
    `${head}phases:\n  - name: a\n    command: "true"\n    depends_on:\n      - ⟦b\n  - {name: b, command: "true", depends_on: [a]}\n`,
    'CYCLE',
  ),
  refused(
    'keys that every object has',
    inPlan(['__proto__', 'constructor', 'toString'].map((key) => `⟦${key}: {odd: true}`).join('\n')),
    'UNKNOWN_KEY',
    'UNKNOWN_KEY',
    'UNKNOWN_KEY',
  ),
  refused(
    'something wrong everywhere',
    `workflow_id: ⟦o dd\n⟦bogus: 1\nx_a: ⟦!a b\nphases:\n  - name: a\n    ⟦comand: x\n    timeout: ⟦010\n  - ⟦7\n  - name: a\n    ⟦name: b\n    command: "true"\n`,
    ...'TYPE UNKNOWN_KEY YAML UNKNOWN_KEY YAML TYPE DUPLICATE_KEY'.split(' '),
  ),
  accepted('a date as an id', good.replace('odd', '2026-01-31')),
  accepted(
    'JSON',
    `{"workflow_id": "odd", "phases": [{"name": "a", "command": ${JSON.stringify(mark)}, "depends_on": []}]}\n`,
  ),
  accepted('line ends of Windows', good.replaceAll('\n', '\r\n')),
  accepted('a document with its marks', `%YAML 1.2\n--- # a plan\n${good}...\n# the end\n`),
  accepted(
    'names in all styles of text',
    `${head}phases:\n${["'it''s'", '"\\u00fc 😀"', 'yes', '"5"', '>-\n      on two\n      lines']
      .map((name) => phase(name))
      .join('')}`.replace('workflow_id', 'concurrency: 1\nworkflow_id'),
    ["it's", 'ü 😀', 'yes', '5', 'on two lines'],
  ),
  accepted(
    'a command on lines of its own',
    good.replace(`command: ${mark}`, `command: |\n      # a comment: of the shell\n      ${mark}\n`),
  ),
  accepted(
    'keys that are merged',
    `${head}x_a: &a {retry_count: 1, timeout: 5}\nx_b: &b {timeout: 6, env: {A: b}}\nphases:\n${phase('a', '    <<: [*a, *b]\n')}`,
  ),
  accepted(
    'an alias used a thousand times',
    `${head}x_a: &a [1, 2, 3]\nx_b: [${'*a, '.repeat(1_000)}]\nphases:\n${phase()}`,
  ),
  accepted('keys that every object has, where they are data', inPhase('env: {__proto__: "1", constructor: "2"}')),
  accepted(
    '5 MB of text on lines of its own',
    () => inPlan(`description: |\n${`  ${'x'.repeat(98)}\n`.repeat(50_000)}`),
    ['a'],
    { large: true },
  ),
];

/** Plans in YAML. */
export const yaml: readonly OddPlan[] = [...syntax, ...notTaken, ...values].map((row) => ({ ...row, ending: 'yaml' }));
