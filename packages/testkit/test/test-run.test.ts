import { readFile } from 'node:fs/promises';
import { workflow } from '@orch/core';
import type { Work } from '@orch/core';
import type { Plugin } from '@orch/core/author';
import { describe, expect, it } from 'vitest';
import { failure, testRun } from '../src/index.ts';

const shell = <O = undefined>(text: string): Work<O> => ({ kind: 'shell', options: { shell: text } });

const release = workflow('release')
  .phase('packages', { run: async () => ['a', 'b'] })
  .phase('build', { run: shell('pnpm build') })
  .phase('test', {
    dependsOn: ['build'],
    run: shell<{ passed: number }>('pnpm test'),
    options: [{ option: 'retry', value: { maxAttempts: 3 } }],
  })
  .phase('notes', {
    dependsOn: ['packages', 'test'],
    run: ({ outputs }) => `${outputs.packages.join(', ')}: ${outputs.test.passed} tests`,
  });

const stubs = { build: undefined, test: { passed: 3 } };

/** Tries again after an hour, three times. */
const retries: Plugin = {
  name: 'retries',
  contract: 1,
  apply({ hooks, now }) {
    hooks.onError.tap('retries', ({ charged }) => (charged < 2 ? { retryAt: now() + 3_600_000 } : undefined));
  },
};

describe('testRun', () => {
  it('runs functions, and stubs in place of other work', async () => {
    const run = await testRun(release, { stubs });
    expect(run).toMatchObject({ status: 'completed', outputs: { notes: 'a, b: 3 tests' } });
    expect(run.started).toEqual(['packages', 'build', 'test', 'notes']);
  });

  it('does not run the body of a stubbed function', async () => {
    const run = await testRun(release, { stubs: { ...stubs, packages: ['z'] } });
    expect(run.outputs.notes).toBe('z: 3 tests');
  });

  it('hands a stub the number of the attempt, and lets it fail as an executor would', async () => {
    const attempts: number[] = [];
    const test = (attempt: number): { passed: number } => {
      attempts.push(attempt);
      return attempt < 3 ? failure({ class: 'exit', exitCode: 2 }) : { passed: attempt };
    };
    const run = await testRun(release, { stubs: { ...stubs, test }, plugins: [retries] });
    expect(run).toMatchObject({ status: 'completed', outputs: { notes: 'a, b: 3 tests' } });
    expect(attempts).toEqual([1, 2, 3]);
    expect(run.started.filter((phase) => phase === 'test')).toHaveLength(3);
  });

  it('answers with failures', async () => {
    const run = await testRun(release, { stubs: { ...stubs, test: () => failure({ class: 'exit', message: 'no' }) } });
    expect(run).toMatchObject({
      status: 'failed',
      failures: [{ phase: 'test', class: 'exit', code: 'ORCH_PHASE_EXIT', message: 'no', exitCode: 1 }],
    });
    expect(run.started).not.toContain('notes');
  });

  it('treats a stub that throws as a function that throws', async () => {
    const test = (): never => {
      throw new Error('oh');
    };
    expect(await testRun(release, { stubs: { ...stubs, test } })).toMatchObject({
      status: 'failed',
      failures: [{ phase: 'test', class: 'unknown', code: 'ORCH_PHASE_THROWN', message: 'oh' }],
    });
  });

  it('waits in real time for what functions wait for', async () => {
    const slow = workflow('slow').phase('wait', {
      timeout: '1s',
      run: async () => (await readFile(import.meta.filename, 'utf8')).length > 0,
    });
    expect(await testRun(slow)).toMatchObject({ status: 'completed', outputs: { wait: true } });
  });

  it('carries out phases of the plugins that it is given', async () => {
    const done: string[] = [];
    const plugin: Plugin = {
      name: 'shell',
      contract: 1,
      apply(host) {
        const text = {
          version: 1,
          vendor: 'test',
          validate: (value: unknown) => ({ value }),
          jsonSchema: { input: () => ({}) },
        } as const;
        host.phaseOption('shell', { '~standard': text });
        host.executor('shell', {
          execute: async ({ options }) => {
            done.push(JSON.stringify(options['shell']));
            return { status: 'completed', output: { passed: 1 } };
          },
        });
      },
    };
    const run = await testRun(release, { stubs: { test: { passed: 9 } }, plugins: [plugin] });
    expect(done).toEqual(['"pnpm build"']);
    expect(run.outputs.notes).toBe('a, b: 9 tests');
  });

  it('refuses a phase that nobody carries out', async () => {
    await expect(testRun(release, { stubs: { test: { passed: 1 } } })).rejects.toMatchObject({
      code: 'ORCH_PLUGIN_MISSING',
      message: expect.stringContaining('"build" started. It is of kind "shell"'),
    });
  });

  it('refuses a stub of a phase that is not there', async () => {
    const misspelt = { ...stubs, tset: 1 };
    await expect(testRun(release, { stubs: misspelt })).rejects.toMatchObject({ code: 'ORCH_RUN_NO_PHASE' });
  });

  it('kills the orchestrator before a phase and takes the run up again: nothing completed runs twice', async () => {
    const run = await testRun(release, { stubs, crashBefore: 'test' });
    expect(run).toMatchObject({ status: 'completed', outputs: { notes: 'a, b: 3 tests' } });
    expect(run.started).toEqual(['packages', 'build', 'test', 'test', 'notes']);
  });

  it('refuses to have crashed where the phase never starts', async () => {
    const failing = { ...stubs, build: () => failure() };
    await expect(testRun(release, { stubs: failing, crashBefore: 'notes' })).rejects.toThrow('"notes" never started');
  });

  it('tells wrong stubs at compile time', () => {
    // @ts-expect-error stub of the wrong type
    void (() => testRun(release, { stubs: { test: { passed: 'three' } } }));
    // @ts-expect-error no such phase
    void (() => testRun(release, { crashBefore: 'tset' }));
  });
});
