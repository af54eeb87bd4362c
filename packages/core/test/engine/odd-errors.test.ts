import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/executor/executor.ts';
import type { HookName } from '../../src/hooks/hook-calls.ts';
import type { Plugin } from '../../src/hooks/plugin.ts';
import type { Schema } from '../../src/schema.ts';
import { isOrchError, messageOf, orchError } from '../../src/errors/orch-error.ts';
import { workflow } from '../../src/spec/workflow.ts';
import type { Workflow } from '../../src/spec/workflow.ts';
import { bench, probeWork, settled } from './bench.ts';

// JavaScript throws anything, also what throws in turn when somebody looks at it.

function refuse(): never {
  throw new Error('do not look');
}

const withField = (name: string, field: PropertyDescriptor): Error =>
  Object.defineProperty(new Error('words'), name, field);

const endless = new Error('words');
endless.cause = endless;

const brand = Symbol.for('orch.error');

const odd: readonly [string, unknown][] = [
  ['its message throws', withField('message', { get: refuse })],
  ['its stack throws', withField('stack', { get: refuse })],
  ['its cause throws', withField('cause', { get: refuse })],
  ['its cause is itself', endless],
  ['its message is a symbol', withField('message', { value: Symbol('s') })],
  ['its name throws, and it has no message', Object.defineProperty(new Error(''), 'name', { get: refuse })],
  ['it has no prototype', Object.create(null)],
  ['it is a proxy that refuses everything', new Proxy({}, { get: refuse, has: refuse, getPrototypeOf: refuse })],
  ['it says it is of orch, with a code that is none', { [brand]: true, code: 5n, message: 'words' }],
  ['it says it is of orch, with a hint that is none', { [brand]: true, code: 'ORCH_X', message: 'words', hint: {} }],
  ['it says it is of orch, and its code throws', Object.defineProperty({ [brand]: true }, 'code', { get: refuse })],
  ['it is nothing', undefined],
];

const tapping = (hook: HookName, tap: () => unknown): Plugin => ({
  name: 'mine',
  contract: 1,
  apply: ({ hooks }) => (hooks[hook].tap as (name: string, tap: () => unknown) => void)('odd', tap),
});

async function statusOf(flow: Workflow, plugins: readonly Plugin[] = []): Promise<string> {
  const { orch, events } = bench({ plugins });
  const { status } = await orch.execute(flow, { runId: 'r' }).result();
  // Whatever was made of it went through the journal.
  expect((await events('r')).at(-1)).toMatchObject({ type: `run.${status}` });
  return status;
}

const returning = workflow('w').phase('a', { run: () => 'ran' }) as Workflow;

describe.each(odd)('what is thrown is odd: %s', (_, thrown) => {
  const throwing = (): never => {
    throw thrown;
  };
  const rejecting = (): Promise<never> => Promise.reject(thrown as Error);

  it('by a function, at once and later', async () => {
    for (const run of [throwing, rejecting])
      expect(await statusOf(workflow('w').phase('a', { run }) as Workflow)).toBe('failed');
  });

  it('by a condition', async () => {
    expect(await statusOf(workflow('w').phase('a', { if: throwing, run: () => 1 }) as Workflow)).toBe('failed');
  });

  it('by an executor', async () => {
    const plugin: Plugin = {
      name: 'mine',
      contract: 1,
      apply: (host) => host.executor('mine', { execute: rejecting as () => Promise<Outcome> }),
    };
    const run = { kind: 'mine', options: {} } as typeof probeWork;
    expect(await statusOf(workflow('w').phase('a', { run }) as Workflow, [plugin])).toBe('failed');
  });

  it('by a schema of the output', async () => {
    for (const validate of [throwing, rejecting]) {
      const schema: Schema<string> = { '~standard': { version: 1, vendor: 'test', validate } };
      const { orch, probe } = bench();
      const flow = workflow('w').phase('a', { run: { ...probeWork, output: { from: 'file', schema } } });
      const handle = orch.execute(flow as Workflow, { runId: 'r' });
      await settled();
      probe.last('a').end({ status: 'completed', output: 1 });
      expect(await handle.result()).toMatchObject({ status: 'failed', failures: [{ code: 'ORCH_PHASE_OUTPUT' }] });
    }
  });

  it('by taps that decide', async () => {
    for (const tap of [throwing, rejecting]) {
      expect(await statusOf(returning, [tapping('beforeRun', tap)])).toBe('failed');
      expect(await statusOf(returning, [tapping('beforePhase', tap)])).toBe('failed');
      const failing = workflow('w').phase('a', { run: () => refuse() }) as Workflow;
      expect(await statusOf(failing, [tapping('onError', tap)])).toBe('failed');
    }
  });

  it('by taps that observe', async () => {
    for (const tap of [throwing, rejecting])
      for (const hook of ['afterPhase', 'onCheckpoint', 'afterRun', 'onEvent'] as const)
        expect(await statusOf(returning, [tapping(hook, tap)])).toBe('completed');
  });

  it('and has some words, and is no error of orch', () => {
    expect(typeof messageOf(thrown)).toBe('string');
    expect(isOrchError(thrown)).toBe(false);
  });
});

it('an error of another copy of orch is one of orch', () => {
  expect(isOrchError(orchError({ code: 'ORCH_INTERNAL', message: 'words' }), 'ORCH_INTERNAL')).toBe(true);
  expect(isOrchError({ [brand]: true, code: 'ORCH_X', message: 'words' }, 'ORCH_X')).toBe(true);
  expect(isOrchError({ [brand]: true, code: 'ORCH_X', message: 'words' }, 'ORCH_Y')).toBe(false);
});
