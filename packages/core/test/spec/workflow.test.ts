import { describe, expect, test } from 'vitest';
import type { Schema } from '../../src/schema.ts';
import { workflow, type PhaseOption, type Work, type Workflow } from '../../src/spec/workflow.ts';

const command = (text: string): Work<undefined> => ({ kind: 'command', options: { command: text } });
const option = (key: string, value: PhaseOption['value']): PhaseOption => ({ option: key, value });
const anything: Schema = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } };

test('both kinds of phases become flat data', () => {
  const run = (): number => 1;
  const { definition, contract, id } = workflow('release', { inputs: anything })
    .phase('a', { run })
    .phase('__proto__', { dependsOn: ['a'], run, version: 2 })
    .phase('b', {
      dependsOn: ['a', '__proto__'],
      run: command('make'),
      timeout: '5m',
      checkpoint: false,
      options: [option('retry', { maxAttempts: 3 })],
    });
  expect({ contract, id }).toEqual({ contract: 1, id: 'release' });
  expect(definition.spec).toEqual({
    id: 'release',
    phases: [
      { name: 'a', kind: 'function' },
      { name: '__proto__', kind: 'function', dependsOn: ['a'], version: 2 },
      {
        name: 'b',
        kind: 'command',
        dependsOn: ['a', '__proto__'],
        timeoutMs: 300_000,
        checkpoint: false,
        options: { command: 'make', retry: { maxAttempts: 3 } },
      },
    ],
  });
  expect([...definition.functions.keys()]).toEqual(['a', '__proto__']);
  expect(definition.functions.get('__proto__')).toBe(run);
  expect(definition.inputs).toBe(anything);
});

test('a workflow is immutable: branches know nothing of one another', () => {
  const base = workflow('w').phase('a', { run: () => 1 });
  const left = base.phase('b', { run: () => 'left' });
  const right = base.phase('b', { run: command('right') }).phase('c', { dependsOn: ['b'], run: () => 1 });
  const names = (it: Workflow): string[] => it.definition.spec.phases.map((phase) => `${phase.name} ${phase.kind}`);
  expect(names(base)).toEqual(['a function']);
  expect(names(left)).toEqual(['a function', 'b function']);
  expect(names(right)).toEqual(['a function', 'b command', 'c function']);
  expect([...right.definition.functions.keys()]).toEqual(['a', 'c']);
  expect(left.definition).toBe(left.definition);
  expect(Object.isFrozen(left)).toBe(true);
});

test('what the caller changes later does not reach the workflow', () => {
  const options = { command: ['make'] };
  const dependsOn: 'a'[] = ['a'];
  const built = workflow('w')
    .phase('a', { run: () => 1 })
    .phase('b', { dependsOn, run: { kind: 'command', options } });
  options.command.push('clean');
  dependsOn.pop();
  expect(built.definition.spec.phases[1]).toMatchObject({ dependsOn: ['a'], options: { command: ['make'] } });
});

test('a chain of 20,000 phases', () => {
  let built: Workflow = workflow('long');
  for (let at = 0; at < 20_000; at++)
    built = built.phase(`p${at}`, { ...(at === 0 ? {} : { dependsOn: [`p${at - 1}`] }), run: () => at });
  expect(built.definition.spec.phases).toHaveLength(20_000);
});

describe('wrong use', () => {
  // As plain JavaScript would write it.
  const built = workflow('w').phase('build', { run: () => 1 }) as unknown as {
    phase(name: unknown, phase?: unknown): unknown;
  };
  const run = (): number => 1;
  let deep: unknown = 1;
  for (let depth = 0; depth < 70; depth++) deep = [deep];
  const work = (options: unknown): object => ({ run: { kind: 'command', options } });

  test.each(['', 'a b', '-a', 'x'.repeat(65), 5, undefined, null])('id %j', (id) => {
    expect(() => workflow(id as string)).toThrow(expect.objectContaining({ code: 'ORCH_WORKFLOW_INVALID' }));
  });
  test.each([{}, null, 'zod', { '~standard': { version: 2, validate: run } }])('inputs %j', (inputs) => {
    expect(() => workflow('w', { inputs: inputs as unknown as Schema })).toThrow(/inputs is no Standard Schema/);
  });
  test.each<[string, unknown, unknown, RegExp]>([
    ['name of another type', 5, { run }, /the name of a phase must be a string/],
    ['empty name', '', { run }, /the name is empty/],
    ['long name', 'x'.repeat(201), { run }, /more than 200 characters/],
    ['control character', 'a\tb', { run }, /holds a control character/],
    ['half a surrogate pair', '\udc00', { run }, /well-formed/],
    ['taken name', 'build', { run }, /there is a phase of this name already/],
    ['no phase', 'a', undefined, /a phase is an object/],
    ['no run', 'a', {}, /run is missing/],
    ['run is text', 'a', { run: 'make' }, /run must be a function or a work object, not text/],
    ['run is a list', 'a', { run: [] }, /run must be a function or a work object/],
    ['a work object of kind function', 'a', { run: { kind: 'function' } }, /cannot be of kind "function"/],
    ['unknown dependency', 'a', { run, dependsOn: ['biuld'] }, /"biuld", which is no phase before it/],
    ['dependency on itself', 'a', { run, dependsOn: ['a'] }, /which is no phase before it/],
    ['repeated dependency', 'a', { run, dependsOn: ['build', 'build'] }, /names "build" twice/],
    ['dependsOn is text', 'a', { run, dependsOn: 'build' }, /must be a list of phase names/],
    ['number as timeout', 'a', { run, timeout: 300 }, /timeout must be a length of time as in '5m', not 300/],
    ['timeout of nothing', 'a', { run, timeout: '0s' }, /timeout must be/],
    ['checkpoint is text', 'a', { run, checkpoint: 'no' }, /checkpoint must be true or false/],
    ['version is broken', 'a', { run, version: 1.5 }, /version must be a whole number/],
    ['unknown option', 'a', { run, dependOn: [] }, /there is no option "dependOn"/],
    ['options is no list', 'a', { run, options: {} }, /options must be a list/],
    ['no phase option', 'a', { run, options: [5] }, /each of options must be a phase option/],
    ['the same option twice', 'a', { run, options: [option('r', 1), option('r', 2)] }, /"r" is given twice/],
    ['option that the work has', 'a', { ...work({ env: 1 }), options: [option('env', 1)] }, /"env" is given twice/],
    ['option that is no JSON', 'a', work({ env: new Map() }), /an object of a class/],
    ['option with a function', 'a', work({ env: { run } }), /a value of type function/],
    ['option with NaN', 'a', work({ grace: Number.NaN }), /holds NaN/],
    ['option too deep', 'a', work({ deep }), /nested more than 64 deep/],
  ])('%s', (_, name, phase, message) => {
    expect(() => built.phase(name, phase)).toThrow(
      expect.objectContaining({ code: 'ORCH_WORKFLOW_INVALID', message: expect.stringMatching(message) }),
    );
  });
  test('the message says where, the hint what to do', () => {
    expect(() => built.phase('a', { run, dependsOn: ['biuld'] })).toThrow(
      expect.objectContaining({
        message: 'Workflow "w", phase "a": dependsOn names "biuld", which is no phase before it.',
        hint: 'Did you mean "build"?',
      }),
    );
  });
});

describe('not supported yet', () => {
  const refusal = (option: string): unknown =>
    expect.objectContaining({
      code: 'ORCH_WORKFLOW_NOT_SUPPORTED',
      message: expect.stringContaining(`: ${option} is not supported yet.`),
    });
  const run = (): number => 1;
  test('each is named', () => {
    expect(() => workflow('w').each('a', () => [1], { run })).toThrow(refusal('each'));
  });
  test('what would happen anyway is no option', () => {
    expect(
      workflow('w', { secrets: [] }).phase('a', { continueOnFailure: false, run }).definition.spec.phases,
    ).toHaveLength(1);
  });
});

describe('rules', () => {
  const run = (): number => 1;
  const condition = (): boolean => true;
  const failWhen = (): boolean => false;
  test('are data, and code beside it', () => {
    const { definition } = workflow('w')
      .phase('a', { continueOnFailure: true, if: condition, run })
      .phase('b', {
        dependsOn: ['a'],
        after: 'failed',
        run: { kind: 'x', options: {}, output: { from: 'stdout', schema: anything }, failWhen },
      });
    expect(definition.spec.phases).toEqual([
      { name: 'a', kind: 'function', continueOnFailure: true, if: true },
      {
        name: 'b',
        kind: 'x',
        dependsOn: ['a'],
        after: 'failed',
        output: { from: 'stdout', schema: true },
        failWhen: true,
      },
    ]);
    expect(Object.fromEntries(definition.rules)).toEqual({ a: { if: condition }, b: { output: anything, failWhen } });
  });
  test('secrets are named in the data', () => {
    const secret = workflow('w', { inputs: anything as Schema<{ token: string }>, secrets: ['token'] });
    expect(secret.definition.spec.secrets).toEqual(['token']);
    expect(() => workflow('w', { secrets: ['token' as never] })).toThrow(/the workflow has none/);
  });
  test.each<[object, RegExp]>([
    [{ if: true }, /if must be a function/],
    [{ after: 'completed' }, /after must be "failed" or "always", not "completed"/],
    [{ continueOnFailure: 'yes' }, /continueOnFailure must be true or false/],
    [{ run: { kind: 'x', options: {}, output: 'stdout' } }, /must be an object/],
    [{ run: { kind: 'x', options: {}, output: { from: 'stderr' } } }, /file, stdout, stdout-last-line/],
    [{ run: { kind: 'x', options: {}, output: { from: 'file', schema: {} } } }, /no Standard Schema/],
    [{ run: { kind: 'x', options: {}, failWhen: 'output' } }, /failWhen must be a function/],
  ])('%j is refused', (more, message) => {
    expect(() => workflow('w').phase('a', { run, ...more } as never)).toThrow(message);
  });
});
