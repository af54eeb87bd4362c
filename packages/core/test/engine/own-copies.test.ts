import { describe, expect, it } from 'vitest';
import type { Executor } from '../../src/executor/executor.ts';
import type { Plugin } from '../../src/hooks/plugin.ts';
import type { Schema } from '../../src/schema.ts';
import { workflow } from '../../src/spec/workflow.ts';
import type { Work, Workflow } from '../../src/spec/workflow.ts';
import { schemaOf } from '../spec/keys.ts';
import { bench, probes, settled } from './bench.ts';
import type { Bench } from './bench.ts';

/** Changes whatever it can reach, deep down first. */
function spoil(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    spoil(inner);
    if (!(inner instanceof AbortSignal) && typeof inner !== 'function') Reflect.set(value, key, 'spoilt');
  }
}

/** A run `r` of `a`, `b:a` in which the first attempt at `a` fails and the second answers `['z', 'y']`. */
async function driven({ orch, probe }: Bench): Promise<void> {
  const handle = orch.execute(probes('a', 'b:a'), { runId: 'r' });
  await settled();
  const error = { code: 'ORCH_PHASE_EXIT', message: 'exit 1' };
  probe.last('a').end({ status: 'failed', class: 'exit', error, output: { said: ['no'] } });
  await settled();
  probe.last('a').end({ status: 'completed', output: ['z', 'y'] });
  await settled();
  probe.last('b').end();
  expect(await handle.result()).toEqual({ runId: 'r', status: 'completed', outputs: { a: ['z', 'y'] } });
}

const retrying = (more: (hooks: Parameters<Plugin['apply']>[0]['hooks']) => void): Plugin => ({
  name: 'spoiler',
  contract: 1,
  apply({ hooks }) {
    more(hooks);
    hooks.onError.tap('again', ({ error: { output } }) => {
      expect(output).toEqual({ said: ['no'] });
      return { retryAt: 0 };
    });
  },
});

describe('what taps are handed is theirs', () => {
  it('events: neither the engine nor a later tap sees what one does to them', async () => {
    const seen: string[] = [];
    const plugin = retrying(({ onEvent }) => {
      onEvent.tap('spoils', (event, run) => {
        spoil(event);
        spoil(run);
      });
      onEvent.tap('reads', (event, run) => void seen.push(JSON.stringify(event), `${run.runId} ${run.workflow}`));
    });
    const first = bench({ plugins: [plugin] });
    await driven(first);
    const stored = (await first.events('r')).flatMap((event) => [JSON.stringify(event), 'r w']);
    expect(seen).toEqual(stored);
  });

  it('outcomes and failures', async () => {
    const seen: unknown[] = [];
    const plugin = retrying(({ onError, afterPhase }) => {
      onError.tap('spoils', ({ error }) => spoil(error));
      afterPhase.tap('spoils', ({ outcome }) => spoil(outcome));
      afterPhase.tap('reads', ({ outcome }) => void seen.push('output' in outcome ? outcome.output : outcome.status));
    });
    await driven(bench({ plugins: [plugin] }));
    expect(seen).toEqual([{ said: ['no'] }, ['z', 'y'], 'completed']);
  });

  it('what they remember: neither what they set nor what they get is the memory', async () => {
    const got: unknown[] = [];
    const plugin: Plugin = {
      name: 'keeper',
      contract: 1,
      apply: ({ hooks }) =>
        hooks.beforePhase.tap('keeps', async ({ run: { memory }, phase }) => {
          const list = ['kept'];
          if (phase === 'a') await memory.set('list', list);
          list.push('spoilt');
          got.push(memory.get('list'));
          spoil(memory.get('list'));
          got.push(memory.get('list'));
        }),
    };
    const { orch, probe } = bench({ plugins: [plugin] });
    const handle = orch.execute(probes('a', 'b:a'), { runId: 'r' });
    for (const name of ['a', 'b']) {
      await settled();
      probe.last(name).end();
    }
    await handle.result();
    expect(got).toEqual([['kept'], ['kept'], ['kept'], ['kept']]);
  });
});

const circle: Record<string, unknown> = {};
circle['self'] = circle;

it.each<[string, unknown, unknown, string]>([
  ['a BigInt', 'k', { n: 5n }, 'memory.set("k") was given what holds a value of type bigint'],
  ['a circle', 'k', circle, 'memory.set("k") was given what is nested more than 64 deep'],
  ['a Map', 'k', new Map(), 'holds an object of a class'],
  ['nothing', 'k', undefined, 'holds a value of type undefined'],
  ['a key that is no text', 7, 1, 'memory.set was given 7 as its key'],
])('memory that JSON cannot hold fails the phase of its tap, waited for or not: %s', async (_, key, value, words) => {
  const plugin: Plugin = {
    name: 'keeper',
    contract: 1,
    apply: ({ hooks }) =>
      hooks.beforePhase.tap('keeps', ({ run }) => void run.memory.set(key as string, value as never)),
  };
  const { orch, events } = bench({ plugins: [plugin] });
  expect(await orch.execute(probes('a'), { runId: 'r' }).result()).toMatchObject({
    status: 'failed',
    failures: [
      {
        phase: 'a',
        code: 'ORCH_PHASE_HOOK',
        message: expect.stringMatching(/The beforePhase tap "keeps" of plugin "keeper" failed: memory\.set/) as string,
      },
    ],
  });
  expect(JSON.stringify(await events('r'))).toContain(JSON.stringify(words).slice(1, -1));
});

describe('what executors are handed is theirs', () => {
  const anything: Schema<{ names: string[] }> = {
    '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as { names: string[] } }) },
  };

  it('a function cannot change what others read', async () => {
    const seen: unknown[] = [];
    const sorting = ({ inputs, outputs }: { inputs: { names: string[] }; outputs: { plan: string[] } }): void =>
      void seen.push([...inputs.names], [...outputs.plan], inputs.names.sort(), outputs.plan.sort());
    const flow = workflow('w', { inputs: anything })
      .phase('plan', { run: () => ['z', 'y'] })
      .phase('one', { dependsOn: ['plan'], run: sorting })
      .phase('two', { dependsOn: ['plan', 'one'], run: sorting });
    const inputs = { names: ['b', 'a'] };
    const { orch } = bench();
    expect(await orch.execute(flow, { runId: 'r', inputs }).outputs()).toEqual({ plan: ['z', 'y'] });
    const each = [
      ['b', 'a'],
      ['z', 'y'],
      ['a', 'b'],
      ['y', 'z'],
    ];
    expect(seen).toEqual([...each, ...each]);
    expect(inputs).toEqual({ names: ['b', 'a'] });
  });

  it('nor can an executor of a plugin change its attempt, or the run by it', async () => {
    const seen: string[] = [];
    const executor: Executor = {
      execute: async (attempt, { inputs, outputs }) => {
        seen.push(JSON.stringify([attempt.phase, attempt.options, inputs, outputs]));
        spoil(attempt);
        spoil(inputs);
        spoil(outputs);
        return { status: 'completed', output: ['z', 'y'] };
      },
    };
    const plugin: Plugin = {
      name: 'mine',
      contract: 1,
      apply(host) {
        host.executor('mine', executor);
        host.phaseOption('list', schemaOf('a list', Array.isArray));
      },
    };
    const { orch } = bench({ plugins: [plugin] });
    const run = { kind: 'mine', options: { list: ['x'] } } as Work<never>;
    const flow = workflow('w', { inputs: anything })
      .phase('a', { run })
      .phase('b', { dependsOn: ['a'], run })
      .phase('c', { dependsOn: ['a', 'b'], run }) as unknown as Workflow;
    const inputs = { names: ['b'] };
    expect(await orch.execute(flow, { runId: 'r', inputs } as never).result()).toMatchObject({ status: 'completed' });
    const options = '{"list":["x"]},{"names":["b"]}';
    expect(seen).toEqual([
      `["a",${options},{}]`,
      `["b",${options},{"a":["z","y"]}]`,
      `["c",${options},{"a":["z","y"],"b":["z","y"]}]`,
    ]);
  });
});
