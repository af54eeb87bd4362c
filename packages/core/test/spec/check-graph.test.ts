import { describe, expect, test } from 'vitest';
import { chain, fan, islands, ladder, layers, type PlanObject } from '../../../testkit/src/graphs.ts';
import { checkGraph } from '../../src/spec/check-graph.ts';
import { parsePlan } from '../../src/spec/parse-plan.ts';
import type { Finding } from '../../src/spec/workflow-spec.ts';
import { keys } from './keys.ts';

/** `a: b c` lines. */
function check(text: string): Finding[] {
  const nodes = text.split(', ').map((line) => {
    const [name, dependsOn = ''] = line.split(':');
    return { name, dependsOn: dependsOn.split(' ').filter(Boolean) };
  });
  const findings: Finding[] = [];
  checkGraph(nodes, 'depends_on', findings);
  return findings;
}

const messages = (text: string): string[] => check(text).map((it) => it.message);

describe('cycles', () => {
  test('the path, and the place of each of its steps', () => {
    expect(check('x, a:x b, b:c, c:x a, d:a')).toEqual([
      {
        code: 'ORCH_PLAN_CYCLE',
        severity: 'error',
        message: 'Phases depend on one another in a circle: "a" needs "b" needs "c" needs "a".',
        path: ['phases', 1, 'depends_on', 1],
        hint: 'Remove one of these dependencies.',
        related: [
          { message: '"b" needs "c"', path: ['phases', 2, 'depends_on', 0] },
          { message: '"c" needs "a"', path: ['phases', 3, 'depends_on', 1] },
        ],
      },
    ]);
  });
  test('several at once', () => {
    expect(messages('a:b, b:a, c:d, d:c, e:a c')).toEqual([
      'Phases depend on one another in a circle: "a" needs "b" needs "a".',
      'Phases depend on one another in a circle: "c" needs "d" needs "c".',
    ]);
  });
  test('a phase that depends on itself is no cycle, and hides none', () => {
    expect(check('a:a b, b:a').map((it) => it.code)).toEqual(['ORCH_PLAN_SELF_DEP', 'ORCH_PLAN_CYCLE']);
  });
  test('a long one is told in short', () => {
    const ring = Array.from({ length: 100 }, (_, at) => `p${at}:p${(at + 1) % 100}`).join(', ');
    const [finding] = check(ring);
    expect(finding?.message).toMatch(/"p7" needs … 92 more … needs "p0"\.$/);
    expect(finding?.related).toHaveLength(99);
  });
});

describe('names', () => {
  test('a second one of its name, and where the first is', () => {
    expect(check('a, b, a')).toMatchObject([
      { code: 'ORCH_PLAN_DUPLICATE_NAME', path: ['phases', 2, 'name'], related: [{ path: ['phases', 0, 'name'] }] },
    ]);
  });
  test.each([
    ['build, deploy:biuld', 'Did you mean "build"?'],
    ['build, deploy:Build', 'Did you mean "build"?'],
    ['test-unit, deploy:test_unit', 'Did you mean "test-unit"?'],
    ['build\u200b, deploy:build', 'Did you mean "build\\u200b"?'],
    ['a, deploy:zzzz', 'Names are compared exactly. Correct it, or add the phase.'],
    [
      'été-après, deploy:e\u0301te\u0301-apre\u0300s',
      'A phase has a name that looks the same, "été-après", in other Unicode characters: copy it from there.',
    ],
  ])('%s', (text, hint) => {
    const [finding] = check(text);
    expect(finding).toMatchObject({ code: 'ORCH_PLAN_UNKNOWN_DEP', path: ['phases', 1, 'depends_on', 0], hint });
  });
});

describe('large graphs', () => {
  const reversed = (plan: PlanObject): PlanObject => ({ ...plan, phases: plan.phases.toReversed() });
  test.each([
    ['chain', chain(100_000)],
    ['chain in reverse order', reversed(chain(100_000))],
    ['fan', fan(100_000)],
    ['layers', layers(100, 100)],
    ['ladder', ladder(5_000)],
    ['islands', islands(100, 100)],
  ])('%s', (_, plan) => {
    const { workflow, findings } = parsePlan(plan, keys);
    expect(findings).toEqual([]);
    expect(workflow?.definition.spec.phases).toHaveLength(plan.phases.length);
  });
  test('a circle of 100,000', () => {
    const { phases } = chain(100_000);
    const ring = [{ ...phases[0], depends_on: ['p99999'] }, ...phases.slice(1)];
    expect(parsePlan({ workflow_id: 'ring', phases: ring }, keys).findings).toMatchObject([
      { code: 'ORCH_PLAN_CYCLE' },
    ]);
  });
  test('100,000 unknown dependencies do not cost their square', () => {
    const phases = chain(100_000).phases.map((it, at) => ({ ...it, depends_on: [`q${at}`] }));
    expect(parsePlan({ workflow_id: 'w', phases }, keys).findings).toHaveLength(10_001);
  });
  test('millions of mistakes are told up to a number', () => {
    const phases = [{ name: 'a', command: 'x', depends_on: Array.from({ length: 300_000 }, () => 1) }];
    const { findings } = parsePlan({ workflow_id: 'w', phases }, keys);
    expect(findings).toHaveLength(10_001);
    expect(findings.at(-1)).toMatchObject({
      code: 'ORCH_PLAN_LIMIT',
      message: expect.stringMatching(/^There are 290000 more/),
    });
  });
  test('more phases than any run can hold', () => {
    const phases = Array.from({ length: 1_000_001 });
    expect(parsePlan({ workflow_id: 'w', phases }, keys).findings).toMatchObject([
      { code: 'ORCH_PLAN_LIMIT', path: ['phases'] },
    ]);
  });
});
