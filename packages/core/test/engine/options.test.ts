import { describe, expect, it } from 'vitest';
import { memoryBackend } from '../../src/backend/memory-backend.ts';
import { Orchestrator } from '../../src/engine/orchestrator.ts';
import { workflow } from '../../src/spec/workflow.ts';
import { bench, probes } from './bench.ts';

// What plain JavaScript hands in, that types refuse.

type Loose = Readonly<
  Record<'execute' | 'recover' | 'cancel' | 'delete' | 'list' | 'events', (...given: unknown[]) => unknown>
>;

const flow = probes('a');
const loose = (): Loose => bench().orch as unknown as Loose;

/** What a call answers with or throws, at once or later. */
async function refusal(call: () => unknown): Promise<unknown> {
  try {
    const answer = call() as { result?: () => Promise<unknown> } & (AsyncIterable<unknown> | Promise<unknown>);
    if (typeof answer.result === 'function') await answer.result();
    else if (Symbol.asyncIterator in answer) for await (const _ of answer);
    else await answer;
  } catch (error) {
    return error;
  }
  throw new Error('It was not refused.');
}

describe('an option that there is not', () => {
  it.each<[string, () => unknown, string, string]>([
    [
      'new Orchestrator',
      () => new Orchestrator({ backend: memoryBackend(), concurency: 2 } as never),
      'Orchestrator',
      'concurrency',
    ],
    ['execute', () => loose().execute(flow, { runid: 'r' }), 'execute', 'runId'],
    ['recover', () => loose().recover('r', { checkPoint: 'a' }), 'recover', 'checkpoint'],
    ['cancel', () => loose().cancel('r', { mesage: 'x' }), 'cancel', 'message'],
    ['delete', () => loose().delete('r', { unfinishd: true }), 'delete', 'unfinished'],
    ['list', () => loose().list({ worklow: 'w' }), 'list', 'workflow'],
    ['events', () => loose().events('r', { folow: true }), 'events', 'follow'],
  ])('of %s is refused, and the one that is meant is named', async (_, call, name, meant) => {
    expect(await refusal(call)).toMatchObject({
      code: 'ORCH_OPTION_INVALID',
      message: expect.stringMatching(new RegExp(`^${name}: there is no option "`)) as string,
      hint: `Did you mean ${meant}?`,
    });
  });

  it('that is like no other is answered with all that there are', async () => {
    expect(await refusal(() => loose().delete('r', { force: true }))).toMatchObject({
      hint: 'There are: unfinished, version.',
    });
  });

  it('of a workflow is one as well', () => {
    expect(() => workflow('w', { concurrency: 2 } as never)).toThrow('Workflow "w": there is no option "concurrency".');
  });

  it('may be undefined: it was not given', async () => {
    const { orch } = bench({ language: undefined } as never);
    const one = workflow('w').phase('a', { run: () => 1 });
    expect(await orch.execute(one, { runId: undefined, other: undefined } as never).outputs()).toEqual({ a: 1 });
  });
});

describe('an option of another kind', () => {
  it.each<[unknown, string]>([
    [0, 'concurrency must be a whole number of at least 1, not 0.'],
    [-1, 'not -1.'],
    [Number.NaN, 'not NaN.'],
    [1.5, 'not 1.5.'],
    ['4', 'not "4".'],
    [null, 'not null.'],
  ])('such as %j phases at once is refused', async (concurrency, words) => {
    expect(await refusal(() => bench({ concurrency: concurrency as number }))).toMatchObject({
      code: 'ORCH_OPTION_INVALID',
      message: expect.stringContaining(words) as string,
    });
  });

  it.each<[string, unknown, string]>([
    ['plugins', {}, 'a list, not {}.'],
    ['log', { info: () => 1 }, 'an object with the functions info and warn'],
    ['clock', { now: () => 1 }, 'a clock: now, monotonic and timer'],
    ['random', 0.5, 'a function, not 0.5.'],
    ['host', 'here', 'an object, not "here".'],
  ])('of an orchestrator: %s', async (name, value, words) => {
    expect(await refusal(() => new Orchestrator({ backend: memoryBackend(), [name]: value } as never))).toMatchObject({
      message: expect.stringContaining(`Orchestrator: ${name} must be ${words}`) as string,
    });
  });

  it.each<[string, unknown, string]>([
    ['signal', {}, 'an AbortSignal, not {}.'],
    ['directory', 5, 'a text, not 5.'],
    ['failFast', 'yes', 'true or false, not "yes".'],
    ['selection', ['a'], `an object, not [ 'a' ].`],
  ])('of execute: %s', async (name, value, words) => {
    expect(await refusal(() => loose().execute(flow, { [name]: value }))).toMatchObject({
      message: `execute: ${name} must be ${words}`,
    });
  });

  it.each([null, 'x', [], 7])('for all of them: %j', async (options) => {
    expect(await refusal(() => loose().execute(flow, options))).toMatchObject({
      code: 'ORCH_OPTION_INVALID',
      message: expect.stringContaining('execute: its options must be an object, not ') as string,
    });
    expect(await refusal(() => loose().recover('r', options))).toMatchObject({ code: 'ORCH_OPTION_INVALID' });
  });
});

describe('what is no workflow', () => {
  const wrong = [undefined, null, 'plan.json', {}, { definition: null }, { workflow_id: 'w', phases: [] }];

  it.each(wrong)('is refused by execute, recover and validate: %j', async (given) => {
    const { orch } = bench();
    const calls = {
      execute: () => loose().execute(given),
      recover: () => loose().recover('r', { workflow: given ?? null }),
      validate: () => orch.validate(given as never),
    };
    for (const [name, call] of Object.entries(calls)) {
      const error = (await refusal(call)) as { code: string; message: string };
      expect(error.code).toMatch(/^ORCH_(WORKFLOW|OPTION)_INVALID$/);
      expect(error.message).toContain(name);
    }
  });

  it('and one of another contract by that word', async () => {
    expect(await refusal(() => loose().execute({ ...flow, contract: 2 }))).toMatchObject({
      code: 'ORCH_PLUGIN_CONTRACT',
      message: 'The workflow of execute is made for contract 2; this release speaks contract 1.',
    });
  });
});
