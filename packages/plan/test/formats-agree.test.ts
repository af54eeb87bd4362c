import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { addFindings, parsePlanText, planFormat, type Place, type PlanReading } from '@orch/plan';
import { plugins } from './plugins.ts';
import { chooser, writeJson, writeJsonc, type Tree } from './tree.ts';
import { writeYaml } from './write-yaml.ts';

// One plan, right or wrong, written in each format: the same workflow, the same findings, each at the same value.

const formats = { jsonc: await planFormat('p.jsonc'), yaml: await planFormat('p.yaml') };

const oddTexts = [
  '',
  ' ',
  'yes',
  'No',
  'null',
  'true',
  '5',
  '1e3',
  '0755',
  '.inf',
  '<<',
  '~',
  '2026-01-31',
  '- a',
  'a: b',
  '#c',
  '*a',
  '&a',
  '!t',
  '"',
  "'",
  "it's",
  '\\',
  '\\n',
  'ü😀',
  ' lead',
  'trail ',
  'two\nlines',
  'a: b\n# c',
  '@',
  '%',
  '{',
  ']',
  '\t',
  '\u0007',
  '// a',
  '/* a',
  'a, b',
  '? a',
  '${{ inputs.x }}',
  'x'.repeat(201),
  '__proto__',
  'constructor',
];
const text = fc.oneof(fc.constantFrom('a', 'b', 'build it', 'make x'), fc.constantFrom(...oddTexts), fc.string());
const scalar: fc.Arbitrary<Tree> = fc.oneof(
  text,
  fc.constantFrom<Tree>(0, 1, 5, -1, 0.5, 1_000_000, 9_007_199_254_740_992, true, false, null),
);
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.array(fc.tuple(text, tie('tree')), { maxLength: 3 }).map((members) => ({ members })),
  ),
}));

/** Mostly what a key takes. */
const mostly = (right: fc.Arbitrary<Tree>): fc.Arbitrary<Tree> =>
  fc.oneof({ arbitrary: right, weight: 30 }, { arbitrary: tree, weight: 1 });
const names = fc.constantFrom<Tree>('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');

/** Some of these keys, in any order; now and then another one, or one twice. */
function objectOf(
  values: Readonly<Record<string, fc.Arbitrary<Tree>>>,
  required: readonly string[],
): fc.Arbitrary<Tree> {
  const member = (key: string): fc.Arbitrary<readonly [string, Tree]> => values[key]!.map((it) => [key, it] as const);
  const some = fc.subarray(Object.keys(values).filter((key) => !required.includes(key)));
  return fc
    .tuple(some, fc.subarray([...required], { minLength: Math.max(0, required.length - 1) }), fc.nat(19))
    .chain(([optional, kept, luck]) => {
      const keys = [...(luck === 0 ? kept : required), ...optional];
      const extra = luck === 1 ? [fc.tuple(text, tree)] : luck === 2 ? [member(keys[0] ?? 'timeout')] : [];
      return fc.tuple(...keys.map(member), ...extra);
    })
    .map((members) => ({ members: members as readonly (readonly [string, Tree])[] }));
}

const timeout = mostly(fc.constantFrom<Tree>(5, '5m', '1.5h', 300));
const phase = objectOf(
  {
    name: mostly(names),
    command: mostly(fc.constantFrom<Tree>('true', 'echo a: b', 'echo "a"\ntrue')),
    depends_on: mostly(fc.constantFrom<Tree>([], [], [], ['a'], ['a', 'b'], ['b', 'b'])),
    timeout,
    checkpoint: mostly(fc.boolean()),
    env: mostly(fc.constant<Tree>({ members: [['A', '1']] })),
    continue_on_failure: mostly(fc.boolean()),
    if: mostly(fc.constantFrom<Tree>('true', 'inputs.a == "b"')),
  },
  ['name', 'command'],
);
const plan = objectOf(
  {
    workflow_id: mostly(fc.constantFrom<Tree>('w', 'nightly-1')),
    phases: mostly(fc.array(phase, { minLength: 1, maxLength: 4 })),
    timeout,
    description: text,
    concurrency: mostly(fc.constant(2)),
    defaults: mostly(objectOf({ timeout, checkpoint: mostly(fc.boolean()) }, [])),
    inputs: mostly(fc.constant<Tree>({ members: [['a', { members: [['type', 'string']] }]] })),
    x_note: tree,
  },
  ['workflow_id', 'phases'],
);

/** What is found, apart from where. */
function said({ findings }: PlanReading): readonly string[] {
  return findings
    .map(({ code, severity, message, path, hint, related = [] }) =>
      JSON.stringify([code, severity, message, path, hint, related.map((it) => it.message)]),
    )
    .toSorted();
}

/** The values that findings and their related places point at. */
function pointedAt(
  { findings, text: written }: PlanReading,
  valueOf: (part: string, at: Place) => unknown,
): readonly string[] {
  return findings
    .flatMap((it) =>
      [it, ...(it.related ?? [])].map((at) =>
        JSON.stringify([it.code, it.path, valueOf(written.slice(at.offset, at.offset + at.length), at)]),
      ),
    )
    .toSorted();
}

const ofJson = (part: string): unknown => JSON.parse(part);
/** Lines of a block keep the columns in which they stand. */
const ofYaml = (part: string, { column }: Place): unknown =>
  parse(`${' '.repeat(column - 1)}${part}`, { uniqueKeys: false, logLevel: 'silent' }) as unknown;

test('a plan says the same in each format, and what is wrong with it is found at the same values', () => {
  const counts = { right: 0, wrong: 0 };
  fc.assert(
    fc.property(plan, fc.nat(), (written, seed) => {
      const json = parsePlanText(writeJson(written), { plugins });
      const choose = chooser(seed);
      const jsonc = parsePlanText(writeJsonc(written, choose), { plugins, format: formats.jsonc });
      const yaml = parsePlanText(writeYaml(written, choose), { plugins, format: formats.yaml });
      counts[json.workflow === undefined ? 'wrong' : 'right']++;
      for (const other of [jsonc, yaml]) {
        expect(said(other)).toEqual(said(json));
        expect(other.plan).toEqual(json.plan);
        expect(other.stateBackend).toEqual(json.stateBackend);
        expect(other.workflow?.definition.spec).toEqual(json.workflow?.definition.spec);
      }
      const places = pointedAt(json, ofJson);
      expect(pointedAt(yaml, ofYaml)).toEqual(places);
      // Comments inside of a value are no part of JSON: only its place is the same.
      expect(jsonc.findings.map(({ code, path }) => [code, path])).toEqual(
        json.findings.map(({ code, path }) => [code, path]),
      );
    }),
    { seed: 6, numRuns: 600 },
  );
  expect(counts.right).toBeGreaterThan(100);
  expect(counts.wrong).toBeGreaterThan(100);
});

test.each([
  ['json', await planFormat('p.json')],
  ['jsonc', formats.jsonc],
  ['yaml', formats.yaml],
])('a key that is repeated is told once, whatever else is found later: %s', (_, format) => {
  const text = '{"workflow_id": "x", "phases": [{"name": "a", "command": "ls", "timeout": 1, "timeout": 2}]}';
  const reading = parsePlanText(text, { plugins, format });
  const later = {
    code: 'ORCH_PLAN_COMMAND_NEVER_FAILS',
    severity: 'warning',
    message: 'm',
    path: ['phases', 0],
  } as const;
  const codes = addFindings(reading, [later]).findings.map(({ code }) => code);
  expect(codes.toSorted()).toEqual(['ORCH_PLAN_COMMAND_NEVER_FAILS', 'ORCH_PLAN_DUPLICATE_KEY']);
});
