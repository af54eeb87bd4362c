import { expect, test } from 'vitest';
import { parsePlan } from '../../src/spec/parse-plan.ts';
import { keys } from './keys.ts';

/** The warnings of a plan of two phases, as code and path. */
function warnings(plan: object, phase: object = {}): readonly string[] {
  const phases = [
    { name: 'a', command: 'x', depends_on: [], ...phase },
    { name: 'b', command: 'x' },
  ];
  const { workflow, findings } = parsePlan({ workflow_id: 'w', phases, ...plan }, keys);
  expect(workflow).toBeDefined();
  for (const { severity, hint } of findings)
    expect([severity, hint]).toEqual(['warning', expect.stringMatching(/^.{20,}$/)]);
  return findings.map(({ code, path }) => `${code.replace('ORCH_PLAN_', '')} ${path.join('.')}`);
}

test.each([
  [{ timeout: 300_000 }, 'timeout'],
  [{ timeout: 3_600_000 }, 'timeout'],
  [{ defaults: { timeout: 90_000 } }, 'defaults.timeout'],
])('a timeout of thousands of seconds, longer than a day: %j', (plan, path) => {
  expect(warnings(plan)).toEqual([`MILLISECONDS ${path}`]);
});

test('the same of a phase', () => {
  expect(warnings({}, { timeout: 300_000 })).toEqual(['MILLISECONDS phases.0.timeout']);
});

test.each([86_400, 86_000, 172_800, 604_800, 86_401, 100_001, '300000s', '5d', 300])(
  'not a timeout of a day, of days, of odd seconds, or with its unit: %j',
  (timeout) => {
    expect(warnings({ timeout })).toEqual([]);
    expect(warnings({}, { timeout })).toEqual([]);
  },
);

test('a phase that may take longer than the whole plan', () => {
  expect(warnings({ timeout: '10m' }, { timeout: '1h' })).toEqual(['TIMEOUT_ORDER phases.0.timeout']);
  expect(warnings({ timeout: 60 }, { timeout: '61s' })).toEqual(['TIMEOUT_ORDER phases.0.timeout']);
  expect(warnings({ timeout: 60 }, { timeout: '1m' })).toEqual([]);
  expect(warnings({ timeout: 60 })).toEqual([]);
  expect(warnings({ timeout: 60, defaults: { timeout: '5m' } })).toEqual([]);
});

test('a checkpoint_interval that no run reaches', () => {
  expect(warnings({ checkpoint_interval: 3 })).toEqual(['CHECKPOINT_INTERVAL checkpoint_interval']);
  expect(warnings({ checkpoint_interval: 2 })).toEqual([]);
  expect(warnings({ checkpoint_interval: 1, phases: [{ name: 'a', command: 'x' }] })).toEqual([]);
});

test('a plan with errors has none of them: what it means is not known', () => {
  const { findings } = parsePlan({ workflow_id: 'w', timeout: 300_000, phases: [{ name: 'a' }] }, keys);
  expect(findings.map(({ code }) => code)).toEqual(['ORCH_PLAN_NO_WORK']);
});
