import { describe, expect, test } from 'vitest';
import { parsePlan } from '../../src/spec/parse-plan.ts';
import type { Finding } from '../../src/spec/workflow-spec.ts';
import { keys } from './keys.ts';

const phase = (more: object = {}): object => ({ name: 'a', command: 'true', depends_on: [], ...more });
const plan = (more: object = {}): object => ({ workflow_id: 'w', phases: [phase()], ...more });
const brief = (findings: readonly Finding[]): string[] => findings.map((it) => `${it.code} ${it.path.join('/')}`);
const found = (value: unknown): string[] => brief(parsePlan(value, keys).findings);
const first = (value: unknown): Finding => parsePlan(value, keys).findings[0]!;
const specOf = (value: unknown) => parsePlan(value, keys).workflow?.definition.spec;

describe('plans that are right', () => {
  test('the plan of the founding specification, with all its keys', () => {
    const { workflow, stateBackend, findings } = parsePlan(
      {
        workflow_id: 'unique-id',
        state_backend: 'sqlite',
        checkpoint_interval: 2,
        phases: [
          { name: 'scout', command: 'echo scout', timeout: 300, retry_count: 3, depends_on: [], checkpoint: true },
          { name: 'plan', command: 'echo plan', timeout: 60, retry_count: 1, depends_on: ['scout'], checkpoint: false },
        ],
      },
      keys,
    );
    expect(findings).toEqual([]);
    expect(stateBackend).toBe('sqlite');
    expect(workflow).toMatchObject({ id: 'unique-id', contract: 1 });
    expect(workflow?.definition.spec).toEqual({
      id: 'unique-id',
      checkpointInterval: 2,
      defaults: { timeoutMs: 300_000, options: { retry_count: 3 } },
      phases: [
        { name: 'scout', kind: 'command', options: { command: 'echo scout' } },
        {
          name: 'plan',
          kind: 'command',
          dependsOn: ['scout'],
          timeoutMs: 60_000,
          checkpoint: false,
          options: { command: 'echo plan', retry_count: 1 },
        },
      ],
    });
  });

  test('phases as names alone, as the skill begins, are told what a phase is', () => {
    const { findings } = parsePlan({ workflow_id: 'unique-id', phases: ['scout', 'plan'] }, keys);
    expect(brief(findings)).toEqual(['ORCH_PLAN_TYPE phases/0', 'ORCH_PLAN_TYPE phases/1']);
    expect(findings[0]?.hint).toContain('{"name": "build", "command": "make"}');
  });

  test('without depends_on anywhere: one after another, and a note', () => {
    const phases = ['scout', 'plan', 'build', 'test', 'review'].map((name) => ({ name, command: `echo ${name}` }));
    const { workflow, findings } = parsePlan({ workflow_id: 'w', phases }, keys);
    expect(workflow?.definition.spec.concurrency).toBe(1);
    expect(findings).toMatchObject([{ code: 'ORCH_PLAN_SEQUENTIAL', severity: 'warning', path: ['phases'] }]);
  });

  test.each([
    [
      'concurrency is given',
      {
        concurrency: 4,
        phases: [
          { name: 'a', command: 'b' },
          { name: 'c', command: 'd' },
        ],
      },
      4,
    ],
    ['one phase has depends_on', { phases: [phase(), { name: 'c', command: 'd' }] }, undefined],
    ['there is one phase', { phases: [{ name: 'p1', command: 'echo test' }] }, 1],
  ])('no note when %s', (_, more, concurrency) => {
    const { workflow, findings } = parsePlan(plan(more), keys);
    expect(findings).toEqual([]);
    expect(workflow?.definition.spec.concurrency).toBe(concurrency);
  });

  test('defaults apply to every phase that does not say otherwise', () => {
    const defaults = { timeout: '2m', checkpoint: false, retry_count: 1, env: { A: 'b' } };
    const spec = specOf(plan({ defaults, phases: [phase(), phase({ name: 'b', checkpoint: true, retry_count: 5 })] }));
    expect(spec?.defaults).toEqual({ timeoutMs: 120_000, options: { retry_count: 1, env: { A: 'b' } } });
    expect(spec?.phases).toEqual([
      { name: 'a', kind: 'command', checkpoint: false, options: { command: 'true' } },
      { name: 'b', kind: 'command', options: { command: 'true', retry_count: 5 } },
    ]);
  });

  test('what orch shall ignore is ignored on every level', () => {
    const ignored = { $schema: 1, $comment: [[[]]], x_team: null };
    expect(found(plan({ ...ignored, defaults: ignored, phases: [phase(ignored)] }))).toEqual([]);
  });

  test('the rest of the keys', () => {
    expect(specOf(plan({ description: '', timeout: 1.5, concurrency: 3 }))).toMatchObject({
      description: '',
      timeoutMs: 1500,
      concurrency: 3,
    });
  });

  test('the workflow can be built upon', () => {
    const longer = parsePlan(plan(), keys).workflow!.phase('b', { dependsOn: ['a'], run: () => 1 });
    expect(longer.definition.spec.phases.map((it) => it.name)).toEqual(['a', 'b']);
    expect(() => longer.phase('a', { run: () => 1 })).toThrow(/already/);
  });
});

describe('durations', () => {
  test.each([
    [300, 300_000],
    [0.0001, 1],
    ['90s', 90_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['250ms', 250],
    ['30d', 2_592_000_000],
  ])('%j', (timeout, timeoutMs) => {
    expect(specOf(plan({ timeout }))?.timeoutMs).toBe(timeoutMs);
  });
  const none: readonly unknown[] = [
    0,
    -1,
    1e300,
    Number.NaN,
    null,
    true,
    '',
    '5',
    '5 m',
    '-5m',
    '5x',
    'm',
    '0s',
    [],
    {},
  ];
  test.each(none.map((timeout) => ({ timeout })))('$timeout is none', (given) => {
    expect(found(plan(given))).toEqual(['ORCH_PLAN_TYPE timeout']);
    expect(found(plan({ phases: [phase(given)] }))).toEqual(['ORCH_PLAN_TYPE phases/0/timeout']);
  });
  test('text that is a number gets the hint', () => {
    expect(first(plan({ timeout: '300' })).hint).toBe('Write 300, without quotes.');
  });
});

describe('types and ranges', () => {
  const wrong: Record<string, readonly unknown[]> = {
    workflow_id: ['', '-a', '.a', 'a b', 'a/b', 'x'.repeat(65), 'ä', 1, null, 'a\n'],
    description: [1, null, [], {}],
    state_backend: ['', 'json:dir', 'a b', 1, null, '../x'],
    checkpoint_interval: [0, -1, 1.5, '1', null, 1e300],
    concurrency: [0, -1, 1.5, '4', null, true],
    defaults: [[], null, 'x', 1],
    phases: [{}, null, 'x', []],
  };
  test.each(Object.entries(wrong).flatMap(([key, values]) => values.map((value) => [key, value] as const)))(
    '%s: %j',
    (key, value) => {
      expect(found(plan({ [key]: value }))).toEqual([`ORCH_PLAN_TYPE ${key}`]);
    },
  );
  const wrongInPhase: Record<string, readonly unknown[]> = {
    name: ['', 1, null, 'x'.repeat(201), 'a\u0000b', 'a\nb', '\u007f', '\u0085', '\ud800'],
    depends_on: ['a', null, {}, 1],
    checkpoint: ['true', 1, null],
    command: [1, null, {}],
    retry_count: [-1, 1.5, '3', null],
    env: [null, 'A=b'],
  };
  test.each(Object.entries(wrongInPhase).flatMap(([key, values]) => values.map((value) => [key, value] as const)))(
    'phase: %s: %j',
    (key, value) => {
      expect(found(plan({ phases: [phase({ [key]: value })] }))).toEqual([`ORCH_PLAN_TYPE phases/0/${key}`]);
    },
  );
  test.each([null, 1, 'x', true, [], undefined])('the plan is %j', (value) => {
    expect(found(value)).toEqual(['ORCH_PLAN_TYPE ']);
  });
  test('a phase of another type, and an item of depends_on', () => {
    const phases = [phase(), null, [], 'x', 1, phase({ name: 'b', depends_on: ['a', 1, null] })];
    expect(found(plan({ phases }))).toEqual([
      'ORCH_PLAN_TYPE phases/1',
      'ORCH_PLAN_TYPE phases/2',
      'ORCH_PLAN_TYPE phases/3',
      'ORCH_PLAN_TYPE phases/4',
      'ORCH_PLAN_TYPE phases/5/depends_on/1',
      'ORCH_PLAN_TYPE phases/5/depends_on/2',
    ]);
  });
  test('messages name the phase, the key, what is right and what is there', () => {
    const { message } = first(plan({ phases: [phase({ name: 'build', timeout: 'soon' })] }));
    expect(message).toBe(
      'Phase "build": timeout must be a number of seconds above 0, or a duration as in "90s", "5m", "2h", not "soon".',
    );
  });
  test.each([
    [{ checkpoint: 'true' }, 'Write true, without quotes.'],
    [{ depends_on: 'b' }, 'Write ["b"].'],
    [{ depends_on: {} }, 'As in "depends_on": ["build"].'],
    [{ timeout: 'soon' }, 'As in "timeout": "5m".'],
    [{ checkpoint: null }, 'As in "checkpoint": false.'],
  ])('hint for %j', (more, hint) => {
    expect(first(plan({ phases: [phase(more)] })).hint).toBe(hint);
  });
  test('control characters in names reach no message as they are', () => {
    const { message } = first(plan({ phases: [phase({ name: '\u001b[2J\u009b2J\u202e' })] }));
    expect(message).toContain('"\\u001b[2J\\u009b2J\\u202e"');
  });
});

describe('names', () => {
  const names = [
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'a b/c',
    '${{ x }}',
    'it\'s "q"',
    '名前',
    '😀'.repeat(200),
    ' ',
    '0',
  ];
  test('any text is a name, and a dependency', () => {
    const phases = [...names.map((name) => phase({ name })), phase({ name: 'end', depends_on: names })];
    const { workflow, findings } = parsePlan(plan({ phases }), keys);
    expect(findings).toEqual([]);
    expect(workflow?.definition.spec.phases.at(-1)?.dependsOn).toEqual(names);
  });
  test('code points are counted', () => {
    expect(found(plan({ phases: [phase({ name: '😀'.repeat(201) })] }))).toEqual(['ORCH_PLAN_TYPE phases/0/name']);
  });
  test('names of Object.prototype are no phases', () => {
    const phases = [phase({ depends_on: ['__proto__', 'constructor', 'toString'] })];
    expect(found(plan({ phases }))).toEqual([0, 1, 2].map((at) => `ORCH_PLAN_UNKNOWN_DEP phases/0/depends_on/${at}`));
  });
});
