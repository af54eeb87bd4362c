import { accepted, phaseText, planText, refused, type OddPlan } from './row.ts';

const inPhase = (more: string): string => planText([phaseText({ more })]);
const inPlan = (more: string): string => planText(undefined, `${more},`);

/** Keys that the design has and this release does not carry out, with a value that they will take. */
const laterInPhases: Readonly<Record<string, string>> = {
  approval: 'true',
  for_each: '"[1, 2]"',
  max_parallel: '2',
};
const laterInPlans: Readonly<Record<string, string>> = { lock: '"odd"' };

/** Keys that were meant to be others, in phases and in plans. */
const mistyped: Readonly<Record<string, readonly string[]>> = {
  phases: [
    'timout',
    'depnds_on',
    'dependsOn',
    'depends-on',
    'Timeout',
    'TIMEOUT',
    'retries',
    'needs',
    'run',
    'cmd',
    '',
    ' ',
    'x-team',
  ],
  plans: ['concurency', 'stateBackend', 'jobs', 'command', 'depends_on', 'version', '_comment'],
};

type Keys = Readonly<Record<string, string>>;

const marked = (keys: Keys): string =>
  Object.entries(keys)
    .map(([key, value]) => `⟦"${key}": ${value}`)
    .join(', ');
const notYet = (keys: Keys): readonly string[] => Object.keys(keys).map(() => 'NOT_SUPPORTED');

/** Keys that come later, and keys that never will. */
export const keys: readonly OddPlan[] = [
  refused('keys of phases that come later', inPhase(marked(laterInPhases)), ...notYet(laterInPhases)),
  refused('such keys in the defaults', inPlan(`"defaults": {${marked(laterInPhases)}}`), ...notYet(laterInPhases)),
  refused('keys of plans that come later', inPlan(marked(laterInPlans)), ...notYet(laterInPlans)),
  refused(
    'mistyped keys of phases',
    inPhase(mistyped['phases']!.map((key) => `⟦"${key}": 1`).join(', ')),
    ...mistyped['phases']!.map(() => 'UNKNOWN_KEY'),
  ),
  refused(
    'mistyped keys of plans',
    inPlan(mistyped['plans']!.map((key) => `⟦"${key}": 1`).join(', ')),
    ...mistyped['plans']!.map(() => 'UNKNOWN_KEY'),
  ),
  refused(
    'defaults with what only phases have',
    inPlan('"defaults": {⟦"name": "b", ⟦"command": "true", ⟦"depends_on": []}'),
    'UNKNOWN_KEY',
    'UNKNOWN_KEY',
    'UNKNOWN_KEY',
  ),
  refused('a key of 10,000 characters', inPlan(`⟦"${'k'.repeat(10_000)}": 1`), 'UNKNOWN_KEY'),
  refused('a key of control characters', inPlan('⟦"\\u001b[2J\\u0000\\u202e": 1'), 'UNKNOWN_KEY'),
  refused(
    'a thousand keys of nobody',
    inPlan(Array.from({ length: 1_000 }, (_, at) => `⟦"key ${at}": 1`).join(', ')),
    ...Array.from({ length: 1_000 }, () => 'UNKNOWN_KEY'),
  ),
  accepted(
    'keys to be ignored, on every level',
    planText([phaseText({ more: '"x_a": [[]], "$comment": {}' })], '"$schema": 5, "x_": null, "defaults": {"x_b": 1},'),
  ),
];
