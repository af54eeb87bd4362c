import { describe, expect, test } from 'vitest';
import { parsePlan } from '../../src/spec/parse-plan.ts';
import type { Finding } from '../../src/spec/workflow-spec.ts';
import { keys, noKeys } from './keys.ts';

const phase = (more: object = {}): object => ({ name: 'a', command: 'true', depends_on: [], ...more });
const plan = (more: object = {}): object => ({ workflow_id: 'w', phases: [phase()], ...more });
const found = (value: unknown): string[] =>
  parsePlan(value, keys).findings.map((it) => `${it.code} ${it.path.join('/')}`);
const first = (value: unknown): Finding => parsePlan(value, keys).findings[0]!;

describe('keys', () => {
  test('required ones', () => {
    expect(found({})).toEqual(['ORCH_PLAN_MISSING_KEY ', 'ORCH_PLAN_MISSING_KEY ']);
    expect(found(plan({ phases: [{ command: 'a' }] }))).toEqual(['ORCH_PLAN_MISSING_KEY phases/0']);
  });
  test('keys of Object.prototype are unknown, and harm nothing', () => {
    const evil = '{"__proto__": {"polluted": 1}, "constructor": 1, "toString": 2, "hasOwnProperty": 3}';
    const value = JSON.parse(
      `{"workflow_id": "w", "phases": [{"name": "a", "command": "b", ${evil.slice(1)}], ${evil.slice(1)}`,
    );
    expect(found(value)).toEqual(
      ['', 'phases/0/'].flatMap((at) =>
        ['__proto__', 'constructor', 'toString', 'hasOwnProperty'].map((key) => `ORCH_PLAN_UNKNOWN_KEY ${at}${key}`),
      ),
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
  test.each([
    ['dependsOn', 'Plan files use snake_case: write depends_on.'],
    ['depends-on', 'Plan files use snake_case: write depends_on.'],
    ['depnds_on', 'Did you mean depends_on?'],
    ['needs', 'Use depends_on.'],
    ['retryCount', 'Plan files use snake_case: write retry_count.'],
    ['retry_cuont', 'Did you mean retry_count?'],
    ['retries', 'Use retry_count.'],
    ['retry_delay', 'Use retry.'],
    ['backoff', 'Use retry.'],
    ['timout', 'Did you mean timeout?'],
    ['idle_timeout', 'idle_timeout belongs to @orch/plugin-command, which is not loaded.'],
    ['concurrency', 'concurrency is a key of the whole plan: move it up there.'],
    ['x-note', 'Keys that orch shall ignore begin with x_: write x_note.'],
    ['zzzzzz', 'Keys that orch shall ignore begin with x_.'],
  ])('of a phase: %s', (key, hint) => {
    expect(first(plan({ phases: [phase({ [key]: 1 })] }))).toMatchObject({
      code: 'ORCH_PLAN_UNKNOWN_KEY',
      path: ['phases', 0, key],
      hint,
    });
  });
  test.each([
    ['workflowId', 'Plan files use snake_case: write workflow_id.'],
    ['stateBackend', 'Plan files use snake_case: write state_backend.'],
    ['jobs', 'Use phases.'],
    ['depends_on', 'depends_on is a key of phases: move it into them.'],
    ['command', 'command is a key of phases: move it into them.'],
    ['conurrency', 'Did you mean concurrency?'],
  ])('of the plan: %s', (key, hint) => {
    expect(first(plan({ [key]: 1 }))).toMatchObject({ code: 'ORCH_PLAN_UNKNOWN_KEY', path: [key], hint });
  });
  test('run means command, and is one mistake', () => {
    const { findings } = parsePlan(plan({ phases: [{ name: 'a', run: 'make', depends_on: [] }] }), keys);
    expect(findings).toMatchObject([{ code: 'ORCH_PLAN_UNKNOWN_KEY', hint: 'Use command.' }]);
  });
  test('a plugin of ours that is not loaded is named, once', () => {
    expect(parsePlan(plan(), noKeys).findings).toMatchObject([
      { code: 'ORCH_PLAN_UNKNOWN_KEY', hint: 'command belongs to @orch/plugin-command, which is not loaded.' },
    ]);
  });
  test.each(['approval', 'for_each', 'max_parallel', 'retry'])('%s is refused', (key) => {
    expect(found(plan({ phases: [phase({ [key]: true })] }))).toEqual([`ORCH_PLAN_NOT_SUPPORTED phases/0/${key}`]);
    expect(found(plan({ defaults: { [key]: true } }))).toEqual([`ORCH_PLAN_NOT_SUPPORTED defaults/${key}`]);
  });
  test.each(['lock'])('%s is refused', (key) => {
    expect(found(plan({ [key]: {} }))).toEqual([`ORCH_PLAN_NOT_SUPPORTED ${key}`]);
  });
  test.each(['name', 'depends_on', 'command', 'prompt', 'nope', 'if', 'after', 'output', 'fail_when'])(
    'defaults cannot hold %s',
    (key) => {
      expect(found(plan({ defaults: { [key]: 'x' } }))).toEqual([`ORCH_PLAN_UNKNOWN_KEY defaults/${key}`]);
    },
  );
  test('one kind of work, neither none nor two', () => {
    expect(found(plan({ phases: [{ name: 'a' }] }))).toEqual(['ORCH_PLAN_NO_WORK phases/0']);
    const { findings } = parsePlan(plan({ phases: [phase({ prompt: 'x' })] }), keys);
    expect(findings).toMatchObject([
      { code: 'ORCH_PLAN_TWO_WORKS', path: ['phases', 0, 'prompt'], related: [{ path: ['phases', 0, 'command'] }] },
    ]);
  });
  test('values of plugins that are nested too deep do not reach their schema', () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    expect(found(plan({ phases: [phase({ env: { deep } })] }))).toEqual(['ORCH_PLAN_TYPE phases/0/env']);
  });
  test('half of a surrogate pair does not reach a command', () => {
    expect(found(plan({ phases: [phase({ command: 'echo \ud83d' })] }))).toEqual(['ORCH_PLAN_TYPE phases/0/command']);
    expect(found(plan({ phases: [phase({ env: { A: ['\udc00'] } })] }))).toEqual(['ORCH_PLAN_TYPE phases/0/env']);
  });
  test('keys inside of a value reach no message as they are', () => {
    const options = new Map(keys.options);
    const schema = {
      '~standard': {
        ...options.get('env')!.schema['~standard'],
        validate: () => ({ issues: [{ message: 'is wrong.', path: ['PATH', 2, '\u001b[2J'] }] }),
      },
    };
    options.set('env', { owner: '@test/env', schema, inPlans: true });
    expect(parsePlan(plan({ phases: [phase({ env: {} })] }), { kinds: keys.kinds, options }).findings).toMatchObject([
      { message: 'Phase "a": env.PATH.2."\\u001b[2J": is wrong.', hint: 'The README of @test/env says what it takes.' },
    ]);
  });
  test('a schema that is asynchronous is its plugin’s mistake', () => {
    const options = new Map(keys.options);
    const schema = {
      '~standard': { ...options.get('env')!.schema['~standard'], validate: async () => ({ issues: [] }) },
    };
    options.set('env', { owner: 'command', schema, inPlans: true });
    const slow = { kinds: keys.kinds, options };
    expect(() => parsePlan(plan({ phases: [phase({ env: {} })] }), slow)).toThrow(
      expect.objectContaining({ code: 'ORCH_PLUGIN_INVALID' }),
    );
  });
});

describe('the phases of a plan with errors that could be run', () => {
  const soundOf = (value: unknown) => {
    const { sound } = parsePlan(value, keys);
    return sound?.workflow.definition.spec.phases.map(({ name }, index) => [sound.positions[index], name]);
  };
  test('are those with a name and one kind of work, whatever else is wrong', () => {
    const phases = [
      { name: 'wrong value', command: 5 },
      { name: 'a', command: 'x', timeout: -1, depends_on: ['nowhere', 3], unknown: true },
      { command: 'no name' },
      { name: 'two', command: 'x', prompt: 'y' },
      { name: 'b', command: 'x', depends_on: ['a', 'b'] },
      { name: 'a', command: 'twice' },
      { name: 'control\n', command: 'x' },
      { name: 'nothing to do' },
      { name: 'wrong option', command: 'x', env: null },
    ];
    expect(soundOf({ workflow_id: 'a b', phases })).toEqual([
      [1, 'a'],
      [4, 'b'],
    ]);
  });
  test('are none where defaults are wrong, for they may have said more', () => {
    for (const defaults of [{ evn: {} }, { timeout: 0 }, [], 5]) expect(soundOf(plan({ defaults }))).toBeUndefined();
  });
  test('are all in the workflow where nothing is wrong', () => {
    expect(soundOf(plan())).toBeUndefined();
  });
});

test('everything at once', () => {
  const phases = [
    { name: 'a', command: 'x', depends_on: ['b', 'b', 'a', 'nope'], timeout: -1 },
    { name: 'b', command: 'x', depends_on: ['a'], Retries: 1 },
    { name: 'b' },
    7,
  ];
  expect(found({ workflow_id: 'a b', phases, concurrency: 0, bogus: 1 }).toSorted()).toEqual([
    'ORCH_PLAN_CYCLE phases/0/depends_on/0',
    'ORCH_PLAN_DUPLICATE_DEP phases/0/depends_on/1',
    'ORCH_PLAN_DUPLICATE_NAME phases/2/name',
    'ORCH_PLAN_NO_WORK phases/2',
    'ORCH_PLAN_SELF_DEP phases/0/depends_on/2',
    'ORCH_PLAN_TYPE concurrency',
    'ORCH_PLAN_TYPE phases/0/timeout',
    'ORCH_PLAN_TYPE phases/3',
    'ORCH_PLAN_TYPE workflow_id',
    'ORCH_PLAN_UNKNOWN_DEP phases/0/depends_on/3',
    'ORCH_PLAN_UNKNOWN_KEY bogus',
    'ORCH_PLAN_UNKNOWN_KEY phases/1/Retries',
  ]);
});
