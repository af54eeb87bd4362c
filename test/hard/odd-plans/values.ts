import { accepted, mark, phaseText, planText, refused, type OddPlan } from './row.ts';

const work = `"command": ${JSON.stringify(mark)}`;

/** Values that each key of a plan refuses: another type, null, nothing, below and above its range. */
const ofPlan: Readonly<Record<string, readonly string[]>> = {
  workflow_id: ['null', '5', '""', '"-odd"', '"o/dd"', '".."', '"o dd"', '"ödd"', `"${'x'.repeat(65)}"`],
  description: ['null', '5', '["odd"]'],
  state_backend: ['null', '5', '""', '"../odd"', '"json:odd"'],
  checkpoint_interval: ['null', '"1"', '0', '-1', '1.5', '9007199254740992', '1e400'],
  concurrency: ['null', '"4"', '0', '-1', '1.5', '9007199254740992', 'true'],
  timeout: ['null', '0', '-1', '1e400', '""', '"300"', '"5 m"', '"-5m"', '"285000000d"', '[]'],
  defaults: ['null', '[]', '"timeout"', '5'],
  phases: ['null', '[]', '{}', '"a"', '5'],
};

/** Values that each key of a phase refuses; the mark where it is not the value itself. */
const ofPhase: Readonly<Record<string, readonly string[]>> = {
  timeout: [
    'null',
    '0',
    '-0',
    '-1',
    '1e400',
    '9007199254741',
    '""',
    '"0s"',
    '"5"',
    '"5 m"',
    '"5M"',
    '"1e3s"',
    'true',
    '{}',
  ],
  depends_on: ['null', '"a"', '5', '{}', '[⟦5]', '[⟦null]', '[⟦["a"]]'],
  checkpoint: ['null', '"true"', '0', '[]'],
  retry_count: ['null', '"3"', '-1', '1.5', '9007199254740992', '1e400', 'true', '[]'],
  grace: ['null', '-1', '""', '"5"', '"-5s"', 'true', '1e400', '[]'],
  idle_timeout: ['null', '0', '-1', '""', '"5"', '"0s"', 'true', '{}'],
  env: [
    'null',
    '[]',
    '"A=1"',
    '5',
    '{"A": ⟦5}',
    '{"A": ⟦null}',
    '{"": ⟦"x"}',
    '{"1A": ⟦"x"}',
    '{"A=B": ⟦"x"}',
    '{"ORCH_PHASE": ⟦"x"}',
    '{"A": ⟦"a\\u0000b"}',
  ],
  cwd: ['null', '""', '5', '[]', '"a\\u0000b"'],
  shell: ['null', '""', '5', '[]', '"bash -e"', '"a\\u0000b"'],
  leave_running: ['null', '"true"', '1', '{}'],
  on_orphan: ['null', '""', '"ignore"', 'true', '5'],
};

const commands = [
  'null',
  '""',
  '" \\n"',
  '5',
  'true',
  '{}',
  '[]',
  '[⟦5]',
  '["true", ⟦null]',
  '[""]',
  '"a\\u0000b"',
  '["a", ⟦"\\u0000"]',
];

const tooLong = 'x'.repeat(1_048_577);

/** A phase for each value, and where the value is wrong. */
function phasesWith(key: string, values: readonly string[], other: (name: string) => string): string {
  const one = (value: string, at: number): string =>
    `{"name": "p${at}", ${other(`p${at}`)}"${key}": ${value.includes('⟦') ? value : `⟦${value}`}}`;
  return planText(values.map(one));
}

const typeOf = (values: readonly string[]): readonly string[] => values.map(() => 'TYPE');

/** A good plan with other values for these keys. */
function planWith(values: Readonly<Record<string, string>>): string {
  const good: Readonly<Record<string, string>> = { workflow_id: '"odd"', phases: `[${phaseText()}]`, ...values };
  return `{${Object.entries(good)
    .map(([name, text]) => `"${name}": ${text}`)
    .join(', ')}}`;
}

/** The defaults with all these keys. */
function defaults(values: Readonly<Record<string, string>>): string {
  const keys = Object.entries(values).map(([key, value]) => `"${key}": ${value.includes('⟦') ? value : `⟦${value}`}`);
  return planText(undefined, `"defaults": {${keys.join(', ')}},`);
}

const nulls = Object.fromEntries(
  Object.keys(ofPhase)
    .filter((key) => key !== 'depends_on')
    .map((key) => [key, 'null']),
);

const codesEverywhere =
  'TYPE UNKNOWN_KEY TYPE COMMAND_NOT_FOUND CYCLE SELF_DEP DUPLICATE_DEP UNKNOWN_DEP TYPE UNKNOWN_KEY DUPLICATE_NAME ' +
  'COMMAND_SYNTAX CWD TYPE';

/** Types and ranges of every key. */
export const values: readonly OddPlan[] = [
  ...Array.from({ length: Math.max(...Object.values(ofPlan).map((list) => list.length)) }, (_, number) => {
    const wrong = Object.entries(ofPlan).filter(([, list]) => number < list.length);
    const keys = Object.fromEntries(wrong.map(([key, list]) => [key, `⟦${list[number]}`]));
    return refused(
      `wrong values number ${number + 1} for keys of the plan`,
      planWith(keys),
      ...typeOf(Object.keys(keys)),
    );
  }),
  ...Object.entries(ofPhase).map(([key, list]) =>
    refused(
      `a phase with each wrong ${key}`,
      phasesWith(key, list, () => `${work}, `),
      ...typeOf(list),
    ),
  ),
  refused(
    'a phase with each wrong command',
    phasesWith('command', commands, () => ''),
    ...typeOf(commands),
  ),
  refused('a command of more than a million characters', planText([`{"name": "a", "command": ⟦"${tooLong}"}`]), 'TYPE'),
  refused('null for every key of the defaults', defaults(nulls), ...Object.keys(nulls).map(() => 'TYPE')),
  refused(
    'values out of range in the defaults',
    defaults({ timeout: '0', retry_count: '-1', grace: '-1', idle_timeout: '0', env: '{"": ⟦""}', on_orphan: '"x"' }),
    ...Array.from({ length: 6 }, () => 'TYPE'),
  ),
  refused('phases that are none', planText(['⟦null', '⟦[]', '⟦"a"', '⟦5', '⟦true']), ...typeOf(['', '', '', '', ''])),
  refused('an empty phase', planText(['⟦⟦{}']), 'MISSING_KEY', 'NO_WORK'),
  refused('phases without a name', planText([`⟦{${work}}`, `⟦{${work}}`]), 'MISSING_KEY', 'MISSING_KEY'),
  refused(
    'phases with nothing to do',
    planText(['⟦{"name": "a"}', '⟦{"name": "b", "timeout": 5}']),
    'NO_WORK',
    'NO_WORK',
  ),
  refused('names as phases, as in the skill', '{"workflow_id": "odd", "phases": [⟦"scout", ⟦"plan"]}', 'TYPE', 'TYPE'),
  refused('a backend with its place', planText(undefined, '"state_backend": ⟦"sqlite:here.db",'), 'TYPE'),
  refused('a backend of nobody', planText(undefined, '"state_backend": ⟦"oracle",'), 'ORCH_BACKEND_UNKNOWN'),
  refused(
    'something wrong everywhere',
    `{"workflow_id": ⟦"o dd", ⟦"bogus": 1, "concurrency": ⟦0, "phases": [\n` +
      `  {"name": "a", "command": ⟦"no-such-program-of-mine", "depends_on": [⟦"b", ⟦"a", ⟦"b", ⟦"nowhere"], "timeout": ⟦-1},\n` +
      `  {"name": "b", ${work}, "depends_on": ["a"], ⟦"Retries": 1},\n` +
      `  {"name": ⟦"b", ${work}},\n  {"name": "c", "command": ⟦"if then", "cwd": ⟦"nowhere"},\n  ⟦7\n]}`,
    ...codesEverywhere.split(' '),
  ),
  accepted('the least of everything', `{"workflow_id":"o","phases":[{"name":"a","command":${JSON.stringify(mark)}}]}`),
  accepted(
    'the most of every number',
    planText(
      [phaseText({ more: '"timeout": "104249991d", "retry_count": 9007199254740991, "grace": "104249991d"' })],
      '"concurrency": 9007199254740991, "checkpoint_interval": 9007199254740991, "timeout": 9007199254740,',
    ),
    ['a'],
    { notes: ['CHECKPOINT_INTERVAL 1:79'] },
  ),
  accepted(
    'the least of every number',
    planText([phaseText({ more: '"retry_count": -0, "grace": 0, "idle_timeout": "25d"' })], '"concurrency": 1.0,'),
    ['a'],
    { notes: ['TIMEOUT_ORDER 3:136'] },
  ),
  accepted('an id of 64 characters', planWith({ workflow_id: `"${'x'.repeat(64)}"` })),
  accepted('an id of dots', planWith({ workflow_id: '"0..--__.."' })),
  accepted(
    'empty values',
    planText(
      [phaseText({ more: '"env": {"A": ""}, "x_": {}' })],
      '"description": "", "defaults": {}, "$schema": null,',
    ),
  ),
  accepted(
    'a list of words, one of them empty',
    planText([`{"name": "a", "command": ["sh", "-c", ${JSON.stringify(mark)}, "", "\\n'\\""], "depends_on": []}`]),
  ),
  accepted(
    'a command of 100,000 characters',
    planText([`{"name": "a", "command": ${JSON.stringify(`${mark} # ${'x'.repeat(100_000)}`)}, "depends_on": []}`]),
  ),
];
