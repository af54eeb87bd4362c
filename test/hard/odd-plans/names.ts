import { accepted, mark, phaseText, planText, refused, type OddPlan } from './row.ts';

/** Names that are fine, whatever they look like. */
const fine: Readonly<Record<string, readonly string[]>> = {
  'of one character, of 200, of 200 outside of the basic plane': ['x', 'x'.repeat(200), '😀'.repeat(200)],
  'that are folders': ['.', '..'],
  'that lead out of the folder': ['../../odd-plan-escape', '/odd-plan-escape', '/tmp/odd-plan-escape'],
  'of Windows': ['C:\\odd\\..\\plan', 'NUL', 'aux.txt', 'a:b', 'a.'],
  'that are files of the state folder': ['run.json', '.orch', 'runs', 'ran'],
  'of quotes': [`'"\`“”'`, "'", '"', '`'],
  'of backslashes': ['\\\\n\\', '\\'],
  'that a shell would run': [
    '$(touch odd-plan-escape)',
    '`touch odd-plan-escape`',
    '; touch odd-plan-escape',
    '> odd-plan-escape',
  ],
  'that a shell would expand': ['*', '~', '{a,b}', '$HOME ${HOME}', '!!', '%s %n %%'],
  'that look like options': ['--state-dir=odd-plan-escape', '-e', '--'],
  'that look like expressions': ['${{ inputs.x }}', '{{x}}', '%(x)s'],
  'of blanks': [' ', '  a  b  ', '\u00a0', '\u3000'],
  'that break lines for some': ['a\u2028b\u2029c'],
  'from right to left': ['בנייה שלום', 'a\u202egnp.exe\u2066', '\u061cb'],
  'of signs joined to one': ['👩‍👩‍👧‍👦 🏳️‍🌈', `z${'\u0301\u0316'.repeat(90)}`],
  'that show nothing, or nothing known': ['\u200b', '\u2060\ufeff', '\u{e0fff}\u{10ffff}\uffff'],
};

/** Names of one plan that are hard to keep apart. */
const twins: Readonly<Record<string, readonly string[]>> = {
  'that differ in case': ['build', 'Build', 'BUILD'],
  'that differ in Unicode form': ['\u00e9t\u00e9', 'e\u0301te\u0301', '\u212bngstr\u00f6m', '\u00c5ngstr\u00f6m'],
  'of letters that look the same': ['a', '\u0430', '\uff41', 'a\u200b', 'a '],
  'that differ after 199 characters': [`${'x'.repeat(199)}a`, `${'x'.repeat(199)}b`],
  'that are numbers': ['0', '1', '10', '2', '-1', '1e3', '1.0', 'NaN', 'Infinity', '9007199254740993'],
  'that are literals': ['null', 'true', 'undefined', '[object Object]'],
  'that every object has': [
    '__proto__',
    'constructor',
    'hasOwnProperty',
    'toString',
    'valueOf',
    'prototype',
    'then',
    'toJSON',
    'length',
  ],
};

/** What a name may not be; as it is written in JSON. */
const wrong: Readonly<Record<string, readonly string[]>> = {
  'of no characters': ['""'],
  'of 201 characters': [`"${'x'.repeat(201)}"`, `"${'😀'.repeat(201)}"`],
  'of 10,000 characters': [`"${'x'.repeat(10_000)}"`],
  'with control characters': ['"a\\nb"', '"a\\tb"', '"\\u001b[2J"', '"a\\u007f"', '"a\\u0085\\u009b2J"'],
  'with a NUL': ['"a\\u0000b"', '"\\u0000"'],
  'of halves of surrogate pairs': ['"\\ud83d"', '"\\ude00\\ud83d"'],
  'that are no text': ['null', '5', 'true', '["a"]', '{}'],
};

const command = JSON.stringify(mark);

/** A phase for each name, each after the one before it. */
function chainOf(names: readonly string[]): string {
  return planText(
    names.map((name, at) => {
      const before = at === 0 ? [] : [names[at - 1]];
      return `{"name": ${JSON.stringify(name)}, "command": ${command}, "depends_on": ${JSON.stringify(before)}}`;
    }),
  );
}

export const names: readonly OddPlan[] = [
  ...Object.entries({ ...fine, ...twins }).map(([title, list]) => accepted(`names ${title}`, chainOf(list), list)),
  ...Object.entries(wrong).map(([title, list]) =>
    refused(
      `names ${title}`,
      planText(list.map((text) => `{"name": ⟦${text}, "command": ${command}}`)),
      ...list.map(() => 'TYPE'),
    ),
  ),
  refused(
    'two phases of one name, once in escapes',
    planText([phaseText(), `{"name": ⟦"\\u0061", "command": ${command}}`]),
    'DUPLICATE_NAME',
  ),
  refused(
    'a thousand phases of one name',
    planText([phaseText(), ...Array.from({ length: 999 }, () => `{"name": ⟦"a", "command": ${command}}`)]),
    ...Array.from({ length: 999 }, () => 'DUPLICATE_NAME'),
  ),
  refused(
    'dependencies on names that every object has',
    planText([`{"name": "a", "command": ${command}, "depends_on": [⟦"__proto__", ⟦"constructor", ⟦"toString"]}`]),
    'UNKNOWN_DEP',
    'UNKNOWN_DEP',
    'UNKNOWN_DEP',
  ),
  refused(
    'dependencies on twins of a name',
    planText([
      phaseText({ name: '\u00e9t\u00e9' }),
      `{"name": "b", "command": ${command}, "depends_on": [⟦"e\u0301te\u0301", ⟦"\u00c9T\u00c9", ⟦"\u00e9t\u00e9 "]}`,
    ]),
    'UNKNOWN_DEP',
    'UNKNOWN_DEP',
    'UNKNOWN_DEP',
  ),
  refused(
    'a dependency of 10,000 characters, one of none, one of control characters',
    planText([`{"name": "a", "command": ${command}, "depends_on": [⟦"${'x'.repeat(10_000)}", ⟦"", ⟦"\\u001b[2J"]}`]),
    'UNKNOWN_DEP',
    'UNKNOWN_DEP',
    'UNKNOWN_DEP',
  ),
];
