import { readFile } from 'node:fs/promises';
import { workflow } from '@orch/core';
import type { Schema, Work } from '@orch/core';
import type { Language } from '@orch/core/author';
import { describe, expect, it } from 'vitest';
import { failure, testRun } from '../src/index.ts';

/** As zod and others make one; `check` answers with what is wrong. */
function schema<In, Out = In>(check: (value: In) => string | undefined | Promise<string | undefined>): Schema<In, Out> {
  const checked = (value: unknown, message: string | undefined): { value: Out } | { issues: { message: string }[] } =>
    message === undefined ? { value: value as Out } : { issues: [{ message }] };
  const validate = (value: unknown): ReturnType<typeof checked> | Promise<ReturnType<typeof checked>> => {
    const message = check(value as In);
    return message instanceof Promise ? message.then((it) => checked(value, it)) : checked(value, message);
  };
  return { '~standard': { version: 1, vendor: 'test', validate } };
}

interface Tests {
  readonly passed: number;
}
interface Inputs {
  readonly e2e: boolean;
  readonly token: string;
}

const work = <O = undefined>(output?: Schema<unknown, O>, failWhen?: Work<O>['failWhen']): Work<O> => ({
  kind: 'shell',
  options: {},
  ...(output === undefined ? {} : { output: { from: 'stdout', schema: output } }),
  ...(failWhen === undefined ? {} : { failWhen }),
});

const tests = schema<unknown, Tests>((value) =>
  typeof (value as Tests).passed === 'number' ? undefined : 'passed must be a number',
);
const given = schema<Inputs>((value) => (value.token === '' ? 'token is empty' : undefined));

const seen: string[] = [];
const flow = workflow('flow', { inputs: given, secrets: ['token'] })
  .phase('test', { run: work(tests, ({ output }) => output.passed === 0) })
  .phase('e2e', {
    dependsOn: ['test'],
    if: ({ inputs }) => inputs.e2e,
    run: work(schema<unknown, string>(() => undefined)),
  })
  .phase('publish', {
    dependsOn: ['test', 'e2e'],
    run: ({ inputs, outputs }) => {
      seen.push(inputs.token);
      return `${outputs.test.passed} ${outputs.e2e ?? 'no e2e'}`;
    },
  })
  .phase('alarm', { dependsOn: ['publish'], after: 'failed', run: () => 'rung' })
  .phase('clean', { dependsOn: ['publish'], after: 'always', run: ({ outputs }) => outputs.publish ?? 'nothing' });

const inputs = { e2e: false, token: 'tr0ub4dor' };
const stubs = { test: { passed: 3 } };

describe('testRun keeps the rules of a workflow', () => {
  it('asks `if`, and needs no stub for what it leaves out', async () => {
    const run = await testRun(flow, { inputs, stubs });
    expect(run).toMatchObject({ status: 'completed', outputs: { publish: '3 no e2e', clean: '3 no e2e' } });
    expect(run.started).toEqual(['test', 'publish', 'clean']);
    const other = await testRun(flow, { inputs: { ...inputs, e2e: true }, stubs: { ...stubs, e2e: 'e2e.html' } });
    expect(other.outputs).toMatchObject({ publish: '3 e2e.html' });
  });

  it('refuses what starts and has no stub', async () => {
    const started = testRun(flow, { inputs: { ...inputs, e2e: true }, stubs });
    await expect(started).rejects.toMatchObject({
      code: 'ORCH_PLUGIN_MISSING',
      message: expect.stringContaining('"e2e"'),
    });
  });

  it('starts handlers and clean-ups after a failure', async () => {
    const run = await testRun(flow, { inputs, stubs: { test: () => failure({ class: 'exit' }) } });
    expect(run).toMatchObject({ status: 'failed', outputs: { alarm: 'rung', clean: 'nothing' } });
    expect(run.started).toEqual(['test', 'alarm', 'clean']);
  });

  it.each([
    ['does not fit the schema', { passed: 'all' } as unknown as Tests, 'invalid-output', /passed must be a number/],
    ['is not there', undefined as unknown as Tests, 'invalid-output', /is missing/],
    ['is what failWhen is about', { passed: 0 }, 'exit', /counts as failed/],
  ])('fails a stub whose value %s', async (_, test, kind, message) => {
    const run = await testRun(flow, { inputs, stubs: { test } });
    expect(run).toMatchObject({
      status: 'failed',
      failures: [{ class: kind, message: expect.stringMatching(message) }],
    });
  });

  it('checks inputs', async () => {
    const run = testRun(flow, { inputs: { ...inputs, token: '' }, stubs });
    await expect(run).rejects.toMatchObject({ code: 'ORCH_INPUT_INVALID' });
  });

  it('hands secrets in again after a crash, and lets none into an output', async () => {
    seen.length = 0;
    expect(await testRun(flow, { inputs, stubs, crashBefore: 'publish' })).toMatchObject({ status: 'completed' });
    // The first time it was killed before its work began.
    expect(seen).toEqual([inputs.token]);
    const run = await testRun(flow, {
      inputs: { ...inputs, e2e: true },
      stubs: { ...stubs, e2e: `x ${inputs.token}` },
    });
    expect(run).toMatchObject({ status: 'failed', failures: [{ code: 'ORCH_PHASE_SECRET' }] });
  });

  it('waits in real time for a schema that does', async () => {
    const slow = async (): Promise<undefined> => void (await readFile(import.meta.filename));
    const waiting = workflow('waiting', { inputs: schema<object>(slow) }).phase('a', {
      run: work(schema<unknown, number>(slow)),
      timeout: '1s',
    });
    expect(await testRun(waiting, { inputs: {}, stubs: { a: 1 } })).toMatchObject({ status: 'completed' });
  });

  it('carries out expressions by the language that it is given', async () => {
    const language: Language = {
      contract: 1,
      load: async () => ({
        expression: () => ({ references: [], evaluate: () => false }),
        schema: () => ({ problem: 'none here' }),
      }),
    };
    const { definition, ...rest } = workflow('plan').phase('a', { run: () => 1 });
    const [a] = definition.spec.phases;
    const asked = {
      ...rest,
      definition: { ...definition, spec: { ...definition.spec, phases: [{ ...a!, if: 'asked' }] } },
    };
    await expect(testRun(asked)).rejects.toMatchObject({ code: 'ORCH_LANGUAGE_MISSING' });
    expect((await testRun(asked, { language })).started).toEqual([]);
  });
});
