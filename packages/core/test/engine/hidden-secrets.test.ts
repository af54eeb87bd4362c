import { describe, expect, it } from 'vitest';
import { memoryBackend } from '../../src/backend/memory-backend.ts';
import { Orchestrator } from '../../src/engine/orchestrator.ts';
import { secretGuard } from '../../src/engine/secrets.ts';
import type { Log } from '../../src/executor/executor.ts';
import type { Hooks } from '../../src/hooks/lifecycle-hooks.ts';
import type { Plugin } from '../../src/hooks/plugin.ts';
import type { Schema } from '../../src/schema.ts';
import { workflow } from '../../src/spec/workflow.ts';
import type { Workflow } from '../../src/spec/workflow.ts';

/** As a password and as a key file are: what messages escape, in several lines. */
const token = 'c4nary "s3same"\nsecond-line-of-it';
const pieces = /c4nary|s3same|second-line/;

const anything = (validate: (value: unknown) => unknown = (value) => ({ value })): Schema<Inputs, Inputs> =>
  ({ '~standard': { version: 1, vendor: 'test', validate } }) as Schema<Inputs, Inputs>;
interface Inputs {
  readonly token: string;
}

const flow = workflow('w', { inputs: anything(), secrets: ['token'] });

/** Everything that a run leaves behind and says. */
async function traces(
  given: { readonly workflow?: Workflow; readonly tap?: (hooks: Hooks, log: Log) => void } = {},
): Promise<string> {
  const said: string[] = [];
  const log = { info: (text: string) => void said.push(text), warn: (text: string) => void said.push(text) };
  const plugin: Plugin = { name: 'p', contract: 1, apply: ({ hooks, log: own }) => given.tap?.(hooks, own) };
  await using orch = new Orchestrator({ backend: memoryBackend(), plugins: [plugin], log });
  const chosen: Workflow = given.workflow ?? flow.phase('a', { run: () => 1 });
  const result = await orch.execute(chosen, { runId: 'r', inputs: { token } }).result();
  const events = [];
  for await (const event of orch.events('r')) events.push(event);
  return JSON.stringify([result, await orch.show('r'), events, said]);
}

const throws = (): never => {
  throw new Error(`no entry for ${token}!`);
};

describe('a secret input is hidden', () => {
  it.each([
    ['what a function throws', flow.phase('a', { run: throws })],
    ['what it throws as JSON', flow.phase('a', { run: () => Promise.reject(new Error(JSON.stringify({ token }))) })],
    ['what it says', flow.phase('a', { run: ({ log }) => log.warn(`with ${token}`) })],
    ['a condition that throws', flow.phase('a', { if: throws, run: () => 1 })],
    ['an output', flow.phase('a', { run: () => ({ it: [`x${token}`] }) })],
    ['an output that quotes it', flow.phase('a', { run: () => JSON.stringify({ token }) })],
    ['one line of it in an output', flow.phase('a', { run: () => token.split('\n')[1] })],
    [
      'a message that is cut off',
      flow.phase('a', { run: () => Promise.reject(new Error(`${'x'.repeat(3_990)}${token}`)) }),
    ],
  ])('in %s', async (_, chosen) => {
    const left = await traces({ workflow: chosen });
    expect(left).not.toMatch(pieces);
    expect(left).toMatch(/\*\*\*|ORCH_PHASE_SECRET/);
  });

  it.each<[string, (hooks: Hooks, log: Log) => void]>([
    ['words of a plugin', ({ afterPhase }, log) => afterPhase.tap('t', () => log.warn(`no ${JSON.stringify(token)}`))],
    ['a beforeRun tap that throws', ({ beforeRun }) => beforeRun.tap('t', throws)],
    ['a beforePhase tap that throws', ({ beforePhase }) => beforePhase.tap('t', throws)],
    ['an afterPhase tap that throws', ({ afterPhase }) => afterPhase.tap('t', throws)],
    ['the skip of a beforePhase tap', ({ beforePhase }) => beforePhase.tap('t', () => ({ skip: token }))],
  ])('in %s', async (_, tap) => {
    const left = await traces({ tap });
    expect(left).not.toMatch(pieces);
    expect(left).toContain('***');
  });

  it.each<[string, (hooks: Hooks) => void]>([
    ['skip', ({ onError }) => onError.tap('t', () => ({ skip: token }))],
    ['note', ({ onError }) => onError.tap('t', () => ({ fail: true, note: token }))],
    ['own failure', ({ onError }) => onError.tap('t', throws)],
  ])('in the %s of an onError tap', async (_, tap) => {
    const failing = flow.phase('a', { run: () => Promise.reject(new Error('oh')) });
    const left = await traces({ workflow: failing, tap });
    expect(left).not.toMatch(pieces);
    expect(left).toContain('***');
  });

  it('in the memory of a plugin: it is told, and nothing is stored', async () => {
    let told: unknown;
    const left = await traces({
      tap: ({ beforePhase }) =>
        beforePhase.tapPromise('t', async ({ run }) => {
          await run.memory.set('seen', { token }).catch((error: unknown) => (told = error));
          await run.memory.set('other', 'sound');
          return undefined;
        }),
    });
    expect(told).toMatchObject({ code: 'ORCH_PHASE_SECRET', message: expect.stringContaining('"token"') });
    expect(left).not.toMatch(pieces);
    expect(left).toContain('"sound"');
  });

  it('in what a schema says of the inputs', async () => {
    const picky = anything((value) => ({ issues: [{ message: `no such token: ${(value as Inputs).token}` }] }));
    const chosen = workflow('w', { inputs: picky, secrets: ['token'] }).phase('a', { run: () => 1 });
    await expect(traces({ workflow: chosen })).rejects.toMatchObject({
      code: 'ORCH_INPUT_INVALID',
      message: 'Inputs of workflow w: no such token: ***',
    });
  });
});

it('words that are no secret stay', () => {
  const { hide, find } = secretGuard({ token, pin: 12, name: 'x' }, ['token', 'pin']);
  expect(hide('nothing of c4 in 12 months …')).toBe('nothing of c4 in 12 months …');
  expect(find(['nothing', 12])).toBeUndefined();
});
