import { describe, expect, test } from 'vitest';
import { foundingChecks } from '../../src/spec/founding-checks.ts';
import { parsePlan } from '../../src/spec/parse-plan.ts';
import { validateSpec } from '../../src/spec/validate-spec.ts';
import type { PhaseSpec, WorkflowSpec } from '../../src/spec/workflow-spec.ts';
import { keys, noKeys } from './keys.ts';

const make: PhaseSpec = { name: 'a', kind: 'command', options: { command: 'make' } };
const spec = (...phases: readonly PhaseSpec[]): WorkflowSpec => ({ id: 'w', phases });
const found = (it: WorkflowSpec, loaded = keys): string[] =>
  validateSpec(it, loaded).map(({ code, path }) => `${code} ${path.join('/')}`);

describe('a specification that is no plan', () => {
  test('what the parser made passes', () => {
    const plan = { workflow_id: 'w', phases: [{ name: 'a', command: 'make', depends_on: [] }] };
    expect(found(parsePlan(plan, keys).workflow!.definition.spec)).toEqual([]);
    expect(found(spec({ name: 'a', kind: 'function' }), noKeys)).toEqual([]);
  });
  test.each<[string, WorkflowSpec, string[]]>([
    ['no phases', spec(), ['ORCH_PLAN_TYPE phases']],
    ['id', { id: 'a b', phases: [make] }, ['ORCH_PLAN_TYPE id']],
    ['name', spec({ ...make, name: '' }), ['ORCH_PLAN_TYPE phases/0/name']],
    ['timeout', spec({ ...make, timeoutMs: 0 }), ['ORCH_PLAN_TYPE phases/0/timeoutMs']],
    ['concurrency', { ...spec(make), concurrency: 0.5 }, ['ORCH_PLAN_TYPE concurrency']],
    [
      'default option',
      { ...spec(make), defaults: { options: { retry_count: -1 } } },
      ['ORCH_PLAN_TYPE defaults/options/retry_count'],
    ],
    ['unknown dependency', spec({ ...make, dependsOn: ['b'] }), ['ORCH_PLAN_UNKNOWN_DEP phases/0/dependsOn/0']],
    [
      'circle',
      spec({ ...make, dependsOn: ['b'] }, { ...make, name: 'b', dependsOn: ['a'] }),
      ['ORCH_PLAN_CYCLE phases/0/dependsOn/0'],
    ],
    ['value of an option', spec({ ...make, options: { command: 5 } }), ['ORCH_PLAN_TYPE phases/0/options/command']],
    ['unknown kind', spec({ name: 'a', kind: 'llm' }), ['ORCH_PLUGIN_MISSING phases/0/kind']],
    ['unknown option', spec({ ...make, options: { prommt: 5 } }), ['ORCH_PLUGIN_MISSING phases/0/options/prommt']],
  ])('%s', (_, it, expected) => {
    expect(found(it)).toEqual(expected);
  });
  test('an option that only plans may not use yet is fine', () => {
    expect(found(spec({ ...make, options: { command: 'a', retry: { maxAttempts: 2 } } }))).toEqual([]);
  });
  test('a missing plugin is named once a phase', () => {
    const options = { command: 'make', env: {}, retry: {} };
    expect(validateSpec(spec({ ...make, options }), noKeys)).toMatchObject([
      { code: 'ORCH_PLUGIN_MISSING', path: ['phases', 0, 'kind'], hint: 'Load @orch/plugin-command.' },
      { code: 'ORCH_PLUGIN_MISSING', path: ['phases', 0, 'options', 'retry'], hint: 'Load @orch/plugin-retry.' },
    ]);
  });
});

describe('the map of the founding specification', () => {
  test('a plan that is right', () => {
    const plan = { workflow_id: 'test', phases: [{ name: 'p1', command: 'echo test' }] };
    expect({ ...foundingChecks(plan, parsePlan(plan, keys).findings) }).toEqual({ p1_deps: true, p1_cmd: true });
  });
  test('a plan with errors', () => {
    const phases = [
      { name: 'a', command: 'x', depends_on: ['b'] },
      { name: 'b', command: 'x', depends_on: ['a', 'c'] },
      { name: 'c', depends_on: [] },
      { name: 'd', command: 5, depends_on: ['nope'] },
      { name: '__proto__', command: 'x', depends_on: [] },
      null,
    ];
    const plan = { workflow_id: 'w', phases };
    const checks = foundingChecks(plan, parsePlan(plan, keys).findings);
    expect(Object.getPrototypeOf(checks)).toBeNull();
    expect({ ...checks }).toEqual({
      a_deps: false,
      a_cmd: true,
      b_deps: false,
      b_cmd: true,
      c_deps: true,
      c_cmd: false,
      d_deps: false,
      d_cmd: false,
      __proto___deps: true,
      __proto___cmd: true,
    });
  });
  const checksOf = (phases: readonly object[]): Record<string, boolean> => {
    const plan = { workflow_id: 'w', phases };
    return { ...foundingChecks(plan, parsePlan(plan, keys).findings) };
  };
  test.each([
    ['mistyped', { comand: 'x' }],
    ['of another runner', { run: 'x' }],
  ])('a command whose key is %s is none', (_, work) => {
    expect(checksOf([{ name: 'a', depends_on: [], ...work }])).toEqual({ a_deps: true, a_cmd: false });
  });
  test('another unknown key does not touch the command', () => {
    expect(checksOf([{ name: 'a', command: 'x', timout: 1 }])).toEqual({ a_deps: true, a_cmd: true });
  });
  test('of two phases with one name both have to be right', () => {
    const phases = [
      { name: 'a', depends_on: ['b'] },
      { name: 'a', command: 'x' },
    ];
    expect(checksOf(phases)).toEqual({ a_deps: false, a_cmd: false });
    expect(checksOf(phases.toReversed())).toEqual({ a_deps: false, a_cmd: false });
  });
  test('what a limit kept back has no answer', () => {
    expect(checksOf(Array.from({ length: 1_000_001 }, () => ({ name: 'a', command: 'x' })))).toEqual({});
    expect(checksOf(Array.from({ length: 10_001 }, (_, at) => ({ name: `p${at}` })))).toEqual({});
  });
  test('a name that cannot be one has no answer', () => {
    expect(checksOf([{ name: 'x'.repeat(201), command: 'x' }])).toEqual({});
  });
  test.each([null, [], {}, { phases: 5 }])('of %j it is empty', (plan) => {
    expect({ ...foundingChecks(plan, []) }).toEqual({});
  });
});
