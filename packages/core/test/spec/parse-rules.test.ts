import { describe, expect, test } from 'vitest';
import { parsePlan } from '../../src/spec/parse-plan.ts';
import type { PhaseSpec } from '../../src/spec/workflow-spec.ts';
import { keys } from './keys.ts';

const plan = (more: object, rest: object = {}): object => ({
  workflow_id: 'w',
  phases: [
    { name: 'z', command: 'true' },
    { name: 'a', command: 'true', depends_on: ['z'], ...more },
  ],
  ...rest,
});
const found = (value: unknown): string[] =>
  parsePlan(value, keys).findings.map((it) => `${it.code} ${it.path.join('/')}`);
const messages = (value: unknown): string[] => parsePlan(value, keys).findings.map((it) => it.message);
const read = (more: object, rest: object = {}): PhaseSpec | undefined =>
  parsePlan(plan(more, rest), keys).workflow?.definition.spec.phases[1];

describe('rules of phases', () => {
  test.each<[object, object]>([
    [{ if: 'inputs.x' }, { if: 'inputs.x' }],
    [{ after: 'always' }, { after: 'always' }],
    [{ after: 'completed' }, {}],
    [{ continue_on_failure: true }, { continueOnFailure: true }],
    [{ continue_on_failure: false }, {}],
    [{ fail_when: 'exit_code > 1' }, { failWhen: 'exit_code > 1' }],
    [{ output: {} }, { output: { from: 'file' } }],
    [
      { output: { from: 'stdout', schema: { type: 'object' } } },
      { output: { from: 'stdout', schema: { type: 'object' } } },
    ],
    [{ output: { $comment: 'x', x_more: 1 } }, { output: { from: 'file' } }],
  ])('%j', (more, expected) => {
    const { name: _, kind: __, dependsOn: ___, options: ____, ...rules } = read(more)!;
    expect(rules).toEqual(expected);
  });

  test.each<[object, string]>([
    [{ if: '' }, 'ORCH_PLAN_TYPE phases/1/if'],
    [{ if: true }, 'ORCH_PLAN_TYPE phases/1/if'],
    [{ if: 'x'.repeat(4_097) }, 'ORCH_PLAN_TYPE phases/1/if'],
    [{ after: 'success' }, 'ORCH_PLAN_TYPE phases/1/after'],
    [{ continue_on_failure: 'yes' }, 'ORCH_PLAN_TYPE phases/1/continue_on_failure'],
    [{ output: 'stdout' }, 'ORCH_PLAN_TYPE phases/1/output'],
    [{ output: { from: 'stderr' } }, 'ORCH_PLAN_TYPE phases/1/output/from'],
    [{ output: { schema: true } }, 'ORCH_PLAN_TYPE phases/1/output/schema'],
    [{ output: { shema: {} } }, 'ORCH_PLAN_UNKNOWN_KEY phases/1/output/shema'],
    [{ depends_on: [], after: 'always' }, 'ORCH_PLAN_AFTER phases/1/after'],
  ])('%j is refused', (more, expected) => {
    expect(found(plan(more))).toEqual([expected]);
  });

  test('defaults may forgive all failures, and a phase not', () => {
    const defaults = { defaults: { continue_on_failure: true } };
    expect(read({}, defaults)).toMatchObject({ continueOnFailure: true });
    expect(read({ continue_on_failure: false }, defaults)).not.toHaveProperty('continueOnFailure');
  });
});

describe('inputs', () => {
  const inputs = (given: object): object => plan({ command: 'x "$ORCH_INPUTS"' }, { inputs: given });

  test('stand in the specification, secret ones named', () => {
    const given = {
      version: { type: 'string', description: 'what to release', x_note: 1 },
      n: { type: 'integer', default: 3, enum: [1, 3] },
      token: { type: 'string', secret: true },
      maybe: { type: 'array', required: false },
    };
    expect(parsePlan(inputs(given), keys).workflow?.definition.spec).toMatchObject({
      inputs: {
        version: { type: 'string', description: 'what to release' },
        n: { type: 'integer', default: 3, enum: [1, 3] },
        token: { type: 'string', secret: true },
        maybe: { type: 'array', required: false },
      },
      secrets: ['token'],
    });
  });

  test.each<[object, string]>([
    [{ 'a-b': { type: 'string' } }, 'ORCH_PLAN_TYPE inputs/a-b'],
    [{ '1a': { type: 'string' } }, 'ORCH_PLAN_TYPE inputs/1a'],
    [{ a: 'string' }, 'ORCH_PLAN_TYPE inputs/a'],
    [{ a: {} }, 'ORCH_PLAN_TYPE inputs/a'],
    [{ a: { type: 'text' } }, 'ORCH_PLAN_TYPE inputs/a/type'],
    [{ a: { type: 'string', defualt: 1 } }, 'ORCH_PLAN_UNKNOWN_KEY inputs/a/defualt'],
    [{ a: { type: 'string', required: 1 } }, 'ORCH_PLAN_TYPE inputs/a/required'],
    [{ a: { type: 'string', secret: 'yes' } }, 'ORCH_PLAN_TYPE inputs/a/secret'],
    [{ a: { type: 'string', enum: [] } }, 'ORCH_PLAN_TYPE inputs/a/enum'],
    [{ a: { type: 'string', enum: ['x', 1] } }, 'ORCH_PLAN_TYPE inputs/a/enum/1'],
    [{ a: { type: 'string', default: 1 } }, 'ORCH_PLAN_TYPE inputs/a/default'],
    [{ a: { type: 'string', enum: ['x'], default: 'y' } }, 'ORCH_PLAN_TYPE inputs/a/default'],
    [{ a: { type: 'string', secret: true, default: 'x' } }, 'ORCH_PLAN_INPUT inputs/a/default'],
    [{ a: { type: 'string', required: true, default: 'x' } }, 'ORCH_PLAN_INPUT inputs/a/default'],
    [{ ab: { type: 'string' }, AB: { type: 'string' } }, 'ORCH_PLAN_TYPE inputs/AB'],
    [{ __proto_: { type: 'string', constructor: 1 } }, 'ORCH_PLAN_UNKNOWN_KEY inputs/__proto_/constructor'],
  ])('%j is refused', (given, expected) => {
    expect(found(inputs(given))).toEqual([expected]);
  });

  test('an input named like a key of Object.prototype is one like any other', () => {
    const given = JSON.parse('{"constructor": {"type": "string"}, "__proto__": {"type": "integer"}}') as object;
    expect(found(inputs(given))).toEqual([]);
    expect(Object.keys(parsePlan(inputs(given), keys).workflow!.definition.spec.inputs!)).toEqual([
      'constructor',
      '__proto__',
    ]);
  });

  test.each([
    ['inputs.a == 1', []],
    ['inputs["a"] == 1', []],
    ['size(inputs) == 1', []],
    ['inputs.ab == 1', ['ORCH_PLAN_UNUSED_INPUT inputs/a']],
  ])('are noted where nothing reads them: %s', (condition, expected) => {
    expect(found(plan({ if: condition }, { inputs: { a: { type: 'string' } } }))).toEqual(expected);
  });

  test.each(['echo $ORCH_INPUT_A', 'jq .a "$ORCH_INPUTS"'])('are read by commands: %s', (command) => {
    expect(found(plan({ command }, { inputs: { a: { type: 'string' } } }))).toEqual([]);
  });

  test('are told where programs read them', () => {
    const { findings } = parsePlan(plan({}, { inputs: { a: { type: 'string' }, b: { type: 'array' } } }), keys);
    expect(findings.map(({ hint }) => hint)).toEqual([
      expect.stringContaining('may read $ORCH_INPUT_A;'),
      expect.stringContaining('may read b of the file $ORCH_INPUTS;'),
    ]);
  });

  test('what is wrong is said in words', () => {
    expect(messages(inputs({ a: {}, b: { type: 'text' } }))).toEqual([
      'Input a has no type.',
      'Input b: type must be one of string, number, integer, boolean, array, object, not "text".',
    ]);
  });
});
