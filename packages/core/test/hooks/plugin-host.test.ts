import { describe, expect, it } from 'vitest';
import type { Executor } from '../../src/executor/executor.ts';
import type { Plugin, PluginHost } from '../../src/hooks/plugin.ts';
import type { DescribedSchema } from '../../src/schema.ts';
import { settled } from '../engine/bench.ts';
import { schemaOf } from '../spec/keys.ts';
import { load, loadAll, never, plugin } from './bench.ts';

const executor: Executor = { execute: async () => ({ status: 'completed' }) };
const nothing = (): void => undefined;
const number = schemaOf('a number', (value) => typeof value === 'number') as DescribedSchema<number>;
const anything = schemaOf('anything', () => true);

function refusal(plugins: readonly unknown[]): unknown {
  try {
    loadAll(plugins as readonly Plugin[]);
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('plugins', () => {
  it('are applied in their order, each with its own log and the clock and random numbers of the orchestrator', () => {
    const seen: unknown[] = [];
    const { lines } = load(
      ({ now, random }) => void seen.push('a', now(), random()),
      ({ log }) => {
        seen.push('b');
        log.info('hello');
        log.warn('careful');
      },
    );
    expect(seen).toEqual(['a', 1_000_000, 0.25, 'b']);
    expect(lines).toEqual(['info b: hello', 'warn b: careful']);
  });

  it.each([
    [undefined, 'Not a plugin: undefined.'],
    ['retry', 'Not a plugin: retry.'],
    [{ contract: 1, apply: nothing }, 'Not a plugin: an object without a name.'],
    [{ name: 'x', contract: 1 }, 'Plugin "x": apply must be a function.'],
    [{ name: 'x', apply: nothing }, 'Plugin "x": contract must be the number 1.'],
    [{ name: 'x', contract: '1', apply: nothing }, 'Plugin "x": contract must be the number 1.'],
  ])('that are none are refused: %j', (value, message) => {
    expect(refusal([value])).toMatchObject({ code: 'ORCH_PLUGIN_INVALID', message });
  });

  it('handed in without a call are refused with the way out', () => {
    expect(refusal([function retryPlugin() {}])).toMatchObject({
      code: 'ORCH_PLUGIN_INVALID',
      message: 'Not a plugin: the function retryPlugin.',
      hint: expect.stringContaining('must be called'),
    });
  });

  it('of another contract are refused by its number', () => {
    expect(refusal([{ name: 'x', contract: 2, apply: nothing }])).toMatchObject({
      code: 'ORCH_PLUGIN_CONTRACT',
      message: 'Plugin "x" is made for contract 2; this release speaks contract 1.',
    });
  });

  it('of one name are refused', () => {
    expect(refusal([plugin('x', nothing), plugin('x', nothing)])).toMatchObject({
      code: 'ORCH_PLUGIN_INVALID',
      message: expect.stringContaining('Plugin "x"'),
    });
  });

  it('whose apply throws are named, the cause kept', () => {
    const cause = new Error('no token');
    const fails = plugin('x', () => {
      throw cause;
    });
    expect(refusal([fails])).toMatchObject({
      code: 'ORCH_PLUGIN_INVALID',
      message: 'Plugin "x": apply threw: no token.',
      cause,
    });
  });

  it('whose apply is asynchronous are refused', async () => {
    const apply = (): Promise<void> => Promise.reject(new Error('unheard'));
    expect(refusal([plugin('x', apply as () => void)])).toMatchObject({
      message: expect.stringContaining('apply is asynchronous'),
    });
    await settled();
  });
});

describe('executors', () => {
  it('are found by kind', () => {
    const { executors, phaseKeys } = load((host) => host.executor('command', executor));
    expect([...executors.keys()]).toEqual(['command']);
    expect([...phaseKeys.kinds]).toEqual(['command']);
  });

  it('of several kinds are one: what is settled is settled once', () => {
    const { executors } = load((host) => {
      host.executor('command', executor);
      host.executor('container', executor);
    });
    expect(executors.get('command')).toBe(executors.get('container'));
  });

  it('of one kind from two plugins are refused, both named', () => {
    const claims = (host: PluginHost): void => host.executor('command', executor);
    expect(refusal([plugin('one', claims), plugin('two', claims)])).toMatchObject({
      code: 'ORCH_PLUGIN_INVALID',
      message: 'Plugin "two" claims the executor of kind "command", but plugin "one" owns it.',
    });
  });

  it.each([
    ['function', executor, 'but core owns it'],
    ['', executor, 'must be a text'],
    ['command', {}, 'has no execute function'],
    ['command', undefined, 'has no execute function'],
  ])('refuses the kind %j', (kind, given, problem) => {
    expect(refusal([plugin('x', (host) => host.executor(kind, given as Executor))])).toMatchObject({
      code: 'ORCH_PLUGIN_INVALID',
      message: expect.stringContaining(problem),
    });
  });

  it('cannot come after apply', () => {
    let host: PluginHost | undefined;
    load((given) => void (host = given));
    expect(() => host?.executor('command', executor)).toThrow('after apply had returned');
    expect(() => host?.phaseOption('budget', number)).toThrow('after apply had returned');
  });
});

describe('phase options', () => {
  it('have an owner, a schema, perhaps a default, and answer with their key', () => {
    const schema = anything;
    const { phaseKeys } = load((host) => {
      expect(host.phaseOption('budget', schema, { planDefault: { maxUsd: 5 } })).toEqual({ key: 'budget' });
      host.phaseOption('retry', anything, { inPlans: false });
    });
    expect([...phaseKeys.options]).toEqual([
      ['budget', { owner: 'a', schema, inPlans: true, planDefault: { maxUsd: 5 } }],
      ['retry', { owner: 'a', schema: expect.anything(), inPlans: false }],
    ]);
  });

  it('of one key from two plugins are refused, both named', () => {
    const claims = (host: PluginHost): void => void host.phaseOption('budget', number);
    expect(refusal([plugin('one', claims), plugin('two', claims)])).toMatchObject({
      code: 'ORCH_PLUGIN_INVALID',
      message: 'Plugin "two" claims the phase option "budget", but plugin "one" owns it.',
    });
  });

  it.each(['name', 'timeout', 'depends_on', 'checkpoint'])('cannot take %s from core', (key) => {
    expect(refusal([plugin('x', (host) => void host.phaseOption(key, number))])).toMatchObject({
      code: 'ORCH_PLUGIN_INVALID',
      message: expect.stringContaining('but core owns it'),
    });
  });

  it.each(['', '__proto__', 3])('are not named %j', (key) => {
    expect(refusal([plugin('x', (host) => void host.phaseOption(key as string, number))])).toMatchObject({
      code: 'ORCH_PLUGIN_INVALID',
    });
  });

  it('need a schema that describes itself', () => {
    const bare = { '~standard': { version: 1, vendor: 'x', validate: (value: unknown) => ({ value }) } };
    const claims = (host: PluginHost): void => void host.phaseOption('budget', bare as unknown as typeof anything);
    expect(refusal([plugin('x', claims)])).toMatchObject({ message: expect.stringContaining('describes itself') });
  });

  it('need a default that fits their schema', () => {
    const claims = (host: PluginHost): void =>
      void host.phaseOption('budget', number, { planDefault: 'much' as unknown as number });
    expect(refusal([plugin('x', claims)])).toMatchObject({ message: expect.stringContaining('planDefault') });
  });
});

describe('close', () => {
  it('calls the last plugin first, goes on after a failure, and only once', async () => {
    const said: string[] = [];
    const { close, lines } = load(
      ({ onClose }) => onClose(() => void said.push('a')),
      ({ onClose }) =>
        onClose(() => {
          throw new Error('stuck door');
        }),
      ({ onClose }) => onClose(async () => void said.push('c')),
    );
    await Promise.all([close(), close()]);
    expect(said).toEqual(['c', 'a']);
    expect(lines).toEqual(['warn Plugin "b" could not be closed: stuck door']);
  });

  it('answers a second call when the first is done', async () => {
    let open: () => void = () => {};
    const door = new Promise<void>((resolve) => (open = resolve));
    const { close } = load(({ onClose }) => onClose(() => door));
    let isClosed = false;
    void close();
    void close().then(() => (isClosed = true));
    await settled();
    expect(isClosed).toBe(false);
    open();
    await settled();
    expect(isClosed).toBe(true);
  });

  it('does not wait for ever', async () => {
    const said: string[] = [];
    const { close, clock, lines } = load(
      ({ onClose }) => onClose(() => void said.push('a')),
      ({ onClose }) => onClose(() => never),
    );
    const closed = close();
    await clock.advance(30_000);
    await closed;
    expect(said).toEqual(['a']);
    expect(lines[0]).toContain('Plugin "b" could not be closed: it took longer than 30 s');
  });

  it('closes what was opened when a later plugin is refused', async () => {
    const said: string[] = [];
    expect(refusal([plugin('x', ({ onClose }) => onClose(() => void said.push('x'))), undefined])).toBeDefined();
    await settled();
    expect(said).toEqual(['x']);
  });
});
