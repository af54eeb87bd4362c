import { describe, expect, test } from 'vitest';
import { checkExpressions, needsLanguage, planNames, specNames } from '../../src/spec/check-expressions.ts';
import { findingList } from '../../src/spec/finding-list.ts';
import type { OwnedKey, PhaseKeys } from '../../src/spec/phase-keys.ts';
import type { Finding, PhaseSpec, WorkflowSpec } from '../../src/spec/workflow-spec.ts';
import { fakeLanguage } from '../engine/fake-language.ts';
import { schemaOf } from './keys.ts';

const owned = (more: Partial<OwnedKey>): OwnedKey => ({
  owner: 'p',
  schema: schemaOf('', () => true),
  inPlans: true,
  ...more,
});
const keys: PhaseKeys = {
  kinds: new Set(['command']),
  options: new Map([
    ['command', owned({ templates: Array.isArray })],
    ['env', owned({ templates: () => true, secrets: true })],
    [
      'retry',
      owned({
        expressions: (value) => [{ path: ['wait_until'], source: (value as { wait_until: string }).wait_until }],
      }),
    ],
    ['note', owned({})],
  ]),
};

const inputs = { version: { type: 'string' }, token: { type: 'string', secret: true } } as const;

function spec(phase: Partial<PhaseSpec>, more: Partial<WorkflowSpec> = {}): WorkflowSpec {
  return {
    id: 'w',
    inputs,
    secrets: ['token'],
    phases: [
      { name: 'plan', kind: 'command' },
      { name: 'other', kind: 'command' },
      { name: 'a', kind: 'command', dependsOn: ['plan'], ...phase },
    ],
    ...more,
  };
}

async function found(given: WorkflowSpec, names = planNames): Promise<readonly Finding[]> {
  const findings = findingList();
  checkExpressions(given, keys, await fakeLanguage.load(), names, findings);
  return findings.read();
}

describe('needsLanguage', () => {
  test.each<[Partial<PhaseSpec>, boolean]>([
    [{}, false],
    [{ if: true, failWhen: true, output: { from: 'file', schema: true } }, false],
    [{ options: { command: '${{ inputs.x }}', note: '${{ inputs.x }}' } }, false],
    [{ options: { command: ['plain'] } }, false],
    [{ options: { command: ['${{ inputs.x }}'] } }, true],
    [{ if: 'x' }, true],
    [{ failWhen: 'x' }, true],
    [{ output: { from: 'file', schema: {} } }, true],
    [{ options: { retry: { wait_until: 'output.x' } } }, true],
  ])('%j: %s', (phase, expected) => {
    expect(needsLanguage(spec(phase), keys)).toBe(expected);
  });

  test('looks at the defaults', () => {
    expect(needsLanguage(spec({}, { defaults: { options: { env: { A: '${{ run.id }}' } } } }), keys)).toBe(true);
  });
});

describe('checkExpressions', () => {
  test.each<Partial<PhaseSpec>>([
    { if: 'inputs.version == "1"' },
    { if: 'inputs.token == "x"' },
    { if: 'outputs.plan.risk' },
    { if: 'phases.plan.status == "failed"' },
    { failWhen: 'output.bad' },
    { failWhen: 'exit_code > 1' },
    { options: { env: { T: '${{ inputs.token }}' } } },
    { options: { command: ['${{ run.id }}'] } },
    { options: { retry: { wait_until: 'output.reset' } } },
    { output: { from: 'file', schema: { type: 'object' } } },
  ])('%j is right', async (phase) => {
    expect(await found(spec(phase))).toEqual([]);
  });

  test.each<[Partial<PhaseSpec>, string, RegExp]>([
    [{ if: '1 +' }, 'ORCH_PLAN_EXPRESSION phases/2/if', /"1 \+" is wrong: it is no path/],
    [{ if: 'output.x' }, 'ORCH_PLAN_EXPRESSION phases/2/if', /no variable output/],
    [{ if: 'inputs.verison' }, 'ORCH_PLAN_EXPRESSION phases/2/if', /the input "verison", which there is not/],
    [{ if: 'outputs.other.x' }, 'ORCH_PLAN_EXPRESSION phases/2/if', /outputs of "other", on which it does not depend/],
    [{ if: 'phases.nope.status' }, 'ORCH_PLAN_EXPRESSION phases/2/if', /phases of "nope"/],
    [{ failWhen: '!' }, 'ORCH_PLAN_EXPRESSION phases/2/fail_when', /"!" is wrong/],
    [{ options: { command: ['x', '${{ nope }}'] } }, 'ORCH_PLAN_EXPRESSION phases/2/command/1', /no variable nope/],
    [{ options: { command: ['${{ run.id'] } }, 'ORCH_PLAN_EXPRESSION phases/2/command/0', /not closed/],
    [{ options: { env: { A: '${{ }}' } } }, 'ORCH_PLAN_EXPRESSION phases/2/env/A', /has nothing in it/],
    [{ options: { retry: { wait_until: '!' } } }, 'ORCH_PLAN_EXPRESSION phases/2/retry/wait_until', /"!" is wrong/],
    [
      { options: { command: ['${{ inputs.token }}'] } },
      'ORCH_PLAN_SECRET phases/2/command/0',
      /the secret input "token" where others/,
    ],
    [{ options: { command: ['${{ inputs }}'] } }, 'ORCH_PLAN_SECRET phases/2/command/0', /all inputs, secret ones too/],
    [
      { output: { from: 'file', schema: { type: 'object', not: {} } } },
      'ORCH_PLAN_SCHEMA phases/2/output/schema/not',
      /not is not supported/,
    ],
  ])('%j', async (phase, place, message) => {
    const [finding, ...more] = await found(spec(phase));
    expect(more).toEqual([]);
    expect(`${finding!.code} ${finding!.path.join('/')}`).toBe(place);
    expect(finding!.message).toMatch(message);
  });

  test('says how a specification calls its parts', async () => {
    const phase = { failWhen: '!', options: { env: { A: '${{ nope }}' } } };
    expect((await found(spec(phase), specNames)).map(({ path }) => path.join('/'))).toEqual([
      'phases/2/failWhen',
      'phases/2/options/env/A',
    ]);
  });

  test('leaves inputs alone that a schema of somebody else checks', async () => {
    const { inputs: _, ...rest } = spec({ if: 'inputs.anything' });
    expect(await found(rest, specNames)).toEqual([]);
    // A plan without inputs has none.
    expect(await found(rest)).toMatchObject([{ code: 'ORCH_PLAN_EXPRESSION' }]);
  });
});
