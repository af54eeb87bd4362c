import { describe, expect, it } from 'vitest';
import type { Plugin } from '../../src/hooks/plugin.ts';
import type { Decision, FailedView } from '../../src/hooks/lifecycle-hooks.ts';
import { workflow } from '../../src/spec/workflow.ts';
import type { Workflow } from '../../src/spec/workflow.ts';
import { bench, probes, probeWork, settled } from './bench.ts';
import type { Bench } from './bench.ts';
import { exits, made, plan, probeKeys, run } from './plan-bench.ts';

function deciding(decide: (view: FailedView) => Decision | undefined | Promise<Decision | undefined>): Plugin {
  return { name: 'decide', contract: 1, apply: ({ hooks }) => hooks.onError.tap('decide', decide) };
}
const exit1 = exits(1);
const secretInput = { inputs: { token: { type: 'string', secret: true } } };
const text = async (at: Bench): Promise<string> => JSON.stringify(await at.events('r'));
const statusOf = async (at: Bench): Promise<Record<string, string>> =>
  Object.fromEntries((await at.orch.show('r')).phases.map(({ name, status }) => [name, status]));
/** Result, or what it stands at. */
async function within(handle: { result(): Promise<{ status: string }> }): Promise<string> {
  let said = 'hangs';
  handle.result().then(
    ({ status }) => (said = status),
    (error: { code?: string; message: string }) => (said = `${error.code} ${error.message}`),
  );
  await settled();
  await settled();
  return said;
}

describe('secrets', () => {
  const secret = 'tr0ub4dor&3';

  it('a condition that is no truth does not put a secret into the journal', async () => {
    const at = made();
    await run(plan([{ name: 'a', if: 'inputs.token' }], secretInput), {}, { inputs: { token: secret } }, at);
    expect(await text(at)).not.toContain(secret);
  });

  it('an onError skip does not', async () => {
    const at = made({ plugins: [probeKeys, deciding(({ error }) => ({ skip: error.message }))] });
    await run(
      plan([{ name: 'a' }], secretInput),
      { a: { ...exit1, error: { code: 'X', message: `no ${secret}` } } as never },
      { inputs: { token: secret } },
      at,
    );
    expect(await text(at)).not.toContain(secret);
  });

  it('an output that does not fit its schema shows no secret of more than one line', async () => {
    const key = '-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA\n-----END KEY-----';
    const at = made();
    const given = plan([{ name: 'a', output: { from: 'stdout', schema: { type: 'string' } } }], secretInput);
    await run(given, { a: exits(0, { key }) }, { inputs: { token: key } }, at);
    expect(await text(at)).not.toContain('MIIEpAIBAAKCAQEA');
  });

  it('an output that does not fit its schema shows no beginning of a secret', async () => {
    const long = 'S3CRET'.repeat(40);
    const at = made();
    const given = plan([{ name: 'a', output: { from: 'stdout', schema: { type: 'string' } } }], secretInput);
    await run(given, { a: exits(0, { token: long }) }, { inputs: { token: long } }, at);
    expect(await text(at)).not.toContain('S3CRET');
  });

  it('a beforeRun tap that refuses tells none', async () => {
    const at = made({
      plugins: [
        probeKeys,
        {
          name: 'p',
          contract: 1,
          apply: ({ hooks }) =>
            hooks.beforeRun.tap('p', () => {
              throw new Error(`login with ${secret} failed`);
            }),
        },
      ],
    });
    await run(plan([{ name: 'a' }], secretInput), {}, { inputs: { token: secret } }, at);
    expect(await text(at)).not.toContain(secret);
  });

  it('cancel without secrets stores no output of an adopted attempt that holds one', async () => {
    const first = made();
    first.orch.execute(plan([{ name: 'a' }], secretInput), { runId: 'r', inputs: { token: secret } });
    await settled();
    first.kill();
    const second = first.next();
    second.probe.onAdopt = () => exits(0, { token: secret });
    await second.orch.cancel('r');
    expect(await text(second)).not.toContain(secret);
  });

  it('a corrected definition may add one, and it is asked for at the next take-up', async () => {
    const first = made();
    const handle = first.orch.execute(plan([{ name: 'a' }]), { runId: 'r' });
    await settled();
    first.probe.last('a').end(exit1);
    await handle.result();
    const second = first.next();
    const again = second.orch.recover('r', {
      workflow: plan([{ name: 'a', env: { T: '${{ inputs.token }}' } }], secretInput),
      replan: true,
      secrets: { token: secret },
    });
    again.result().catch(() => undefined);
    await settled();
    expect(await Promise.race([again.result(), settled().then(() => 'goes on')])).toBe('goes on');
    second.kill();
    const third = second.next();
    await expect(third.orch.recover('r').result()).rejects.toMatchObject({ code: 'ORCH_INPUT_SECRET_MISSING' });
  });
});

describe('green is green', () => {
  it('an attempt that completes while it is stopped is judged all the same', async () => {
    const first = made();
    const given = plan([
      { name: 'a', fail_when: 'output.is_error == true', output: { from: 'stdout' } },
      { name: 'b', depends_on: ['a'] },
    ]);
    const handle = first.orch.execute(given, { runId: 'r' });
    await settled();
    first.probe.onAbort = (call) => call.end(exits(0, { is_error: true }));
    await handle.stop();
    await handle.result();
    expect((await statusOf(first))['a']).not.toBe('completed');
  });

  it('an attempt that completes as its timeout passes is judged all the same', async () => {
    const at = made();
    const given = plan([{ name: 'a', timeout: 1, fail_when: 'output.is_error == true', output: { from: 'stdout' } }]);
    const handle = at.orch.execute(given, { runId: 'r' });
    await settled();
    at.probe.onAbort = (call) => call.end(exits(0, { is_error: true }));
    await at.clock.advance(1_100);
    expect(await within(handle)).toBe('failed');
  });

  it('replan beside from: what was skipped because of a phase that is gone is no success', async () => {
    const first = bench();
    const handle = first.orch.execute(probes('a', 'b:a', 'x'), { runId: 'r' });
    await settled();
    first.probe.last('a').end(exit1);
    first.probe.last('x').end();
    await handle.result();
    const second = first.next();
    const again = second.orch.recover('r', { workflow: probes('b', 'x'), replan: true, from: 'x' as never });
    again.result().catch(() => undefined);
    await settled();
    for (const { attempt } of second.probe.calls) second.probe.last(attempt.phase).end();
    const said = await within(again);
    expect([said, (await statusOf(second))['b']]).not.toEqual(['completed', 'skipped']);
  });
});

describe('a phase whose dependency was reset while it runs', () => {
  /** `a` failed, `h` (after always) was skipped by its condition, `k:h` runs; killed. */
  async function begun(more: object = {}, plugins: readonly Plugin[] = []): Promise<Bench> {
    const first = made({ plugins: [probeKeys, ...plugins] });
    const given = plan(
      [
        { name: 'a' },
        { name: 'h', depends_on: ['a'], after: 'always', if: 'inputs.on' },
        { name: 'k', depends_on: ['h'], ...more },
      ],
      { inputs: { on: { type: 'boolean', default: false } } },
    );
    first.orch.execute(given, { runId: 'r' });
    await settled();
    first.probe.last('a').end(exit1);
    await settled();
    expect(first.probe.started).toEqual(['a 1', 'k 1']);
    first.kill();
    return first;
  }

  it('may fail and be tried again', async () => {
    const retry = deciding(({ phase, attempt, charged }) =>
      phase === 'k' && charged < 3 ? { retryAt: 0 + attempt } : undefined,
    );
    const second = (await begun({}, [retry])).next();
    const handle = second.orch.recover('r');
    const said = within(handle);
    await settled();
    expect(second.probe.calls.map(({ attempt, adopted }) => `${attempt.phase} ${adopted}`)).toEqual([
      'k true',
      'a false',
    ]);
    second.probe.last('k').end(exit1);
    await settled();
    expect(await said).not.toContain('ORCH_');
  });

  it('may be repaired', async () => {
    const retry = deciding(({ phase, charged }) =>
      phase === 'k' && charged < 3 ? { retryAt: 0, repair: { kind: 'probe', options: {} } } : undefined,
    );
    const first = made({ plugins: [probeKeys, retry] });
    const given = plan(
      [
        { name: 'a' },
        { name: 'h', depends_on: ['a'], after: 'always', if: 'inputs.on' },
        { name: 'k', depends_on: ['h'] },
      ],
      { inputs: { on: { type: 'boolean', default: false } } },
    );
    first.orch.execute(given, { runId: 'r' });
    await settled();
    first.probe.last('a').end(exit1);
    await settled();
    first.probe.last('k').end(exit1);
    await settled();
    expect(first.probe.last('k').attempt.part).toBe('repair');
    first.kill();
    const second = first.next();
    const handle = second.orch.recover('r');
    const said = within(handle);
    await settled();
    second.probe.last('k').end();
    await settled();
    expect(await said).not.toContain('ORCH_');
  });
});

describe('replan', () => {
  const forgiven = workflow('w')
    .phase('a', { run: probeWork, continueOnFailure: true })
    .phase('b', { dependsOn: ['a'], run: probeWork }) as Workflow;

  it('a running phase whose dependency is not forgiven any more may be tried again', async () => {
    const plugins = [deciding(({ phase, charged }) => (phase === 'b' && charged < 2 ? { retryAt: 0 } : undefined))];
    const first = bench({ plugins });
    first.orch.execute(forgiven, { runId: 'r' });
    await settled();
    first.probe.last('a').end(exit1);
    await settled();
    first.kill();
    const second = first.next();
    const handle = second.orch.recover('r', { workflow: probes('a', 'b:a'), replan: true });
    const said = within(handle);
    await settled();
    second.probe.last('b').end(exit1);
    await settled();
    expect(await said).not.toContain('ORCH_');
  });

  it('… or be lost, and the run ends all the same', async () => {
    const first = bench();
    first.orch.execute(forgiven, { runId: 'r' });
    await settled();
    first.probe.last('a').end(exit1);
    await settled();
    first.kill();
    const second = first.next();
    second.probe.onAdopt = () => 'gone';
    const handle = second.orch.recover('r', { workflow: probes('a', 'b:a'), replan: true });
    await settled();
    for (const { attempt } of second.probe.calls) second.probe.last(attempt.phase).end();
    expect(await within(handle)).not.toBe('hangs');
  });

  it('a circle is refused', async () => {
    const first = bench();
    const handle = first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    first.probe.last('a').end(exit1);
    await handle.result();
    const empty = workflow('w') as Workflow;
    const spec = {
      id: 'w',
      phases: [
        { name: 'a', kind: 'probe', dependsOn: ['b'] },
        { name: 'b', kind: 'probe', dependsOn: ['a'] },
      ],
    };
    const circle = { ...empty, definition: { ...empty.definition, spec } } as Workflow;
    expect(await within(bench().orch.execute(circle))).toContain('ORCH_');
    expect(await within(first.next().orch.recover('r', { workflow: circle, replan: true }))).toContain('ORCH_');
  });

  it('expressions that are wrong, and keys that nobody has, are refused before anything is written', async () => {
    const first = made();
    const handle = first.orch.execute(plan([{ name: 'a' }]), { runId: 'r' });
    await settled();
    first.probe.last('a').end(exit1);
    await handle.result();
    const second = first.next();
    const bad = plan([{ name: 'a', if: 'nothing.there' }]);
    expect(await within(made().orch.execute(bad))).toContain('ORCH_');
    expect(await within(second.orch.recover('r', { workflow: bad, replan: true }))).toContain('ORCH_');
  });

  it('carries out the repair and the wait of the new definition, not of the old one', async () => {
    const plugins = [
      deciding(({ charged }) =>
        charged === 0 ? { until: 9e12, repair: { kind: 'probe', options: { old: true } } } : undefined,
      ),
    ];
    const first = bench({ plugins });
    first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    first.probe.last('a').end(exit1);
    await settled();
    first.kill();
    const second = first.next();
    const changed = workflow('w').phase('a', { run: probeWork, timeout: '5m' }) as Workflow;
    second.orch
      .recover('r', { workflow: changed, replan: true })
      .result()
      .catch(() => undefined);
    await settled();
    expect(second.probe.calls.map(({ attempt }) => `${attempt.phase} ${attempt.part}`)).toEqual(['a main']);
  });

  it('holds the selection of the run: what is new is not chosen', async () => {
    const first = bench();
    const handle = first.orch.execute(probes('build', 'deploy:build'), { runId: 'r', selection: { until: ['build'] } });
    await settled();
    first.probe.last('build').end(exit1);
    await handle.result();
    const second = first.next();
    const again = second.orch.recover('r', { workflow: probes('build', 'deploy-prod:build'), replan: true });
    again.result().catch(() => undefined);
    await settled();
    second.probe.last('build').end();
    await settled();
    expect(second.probe.started).toEqual(['build 2']);
  });

  it('takes the concurrency of the new definition', async () => {
    const first = bench({ concurrency: undefined as never });
    const wide = { ...(probes('a', 'b', 'c') as Workflow) };
    const w = (concurrency: number): Workflow => {
      const base = probes('a', 'b', 'c');
      return {
        ...base,
        definition: { ...base.definition, spec: { ...base.definition.spec, concurrency } },
      } as Workflow;
    };
    void wide;
    const handle = first.orch.execute(w(3), { runId: 'r' });
    await settled();
    for (const name of ['a', 'b', 'c']) first.probe.last(name).end(exit1);
    await handle.result();
    const second = first.next();
    second.orch
      .recover('r', { workflow: w(1), replan: true })
      .result()
      .catch(() => undefined);
    await settled();
    expect(second.probe.started).toEqual(['a 2']);
  });
});

describe('going back', () => {
  it('from a phase that the selection left out does not run it', async () => {
    const first = bench();
    const handle = first.orch.execute(probes('build', 'deploy:build'), { runId: 'r', selection: { skip: ['deploy'] } });
    await settled();
    first.probe.last('build').end();
    await handle.result();
    const second = first.next();
    second.orch
      .recover('r', { from: 'deploy' as never })
      .result()
      .catch(() => undefined);
    await settled();
    expect(second.probe.started).toEqual([]);
  });

  it('from a phase in a run that fails fast runs it', async () => {
    const first = bench();
    const handle = first.orch.execute(probes('a', 'b', 'c:b'), { runId: 'r', failFast: true });
    await settled();
    first.probe.last('b').end();
    await settled();
    first.probe.last('a').end(exit1);
    await handle.result();
    const second = first.next();
    second.orch
      .recover('r', { from: 'b' as never })
      .result()
      .catch(() => undefined);
    await settled();
    expect(second.probe.started).toEqual(['b 2']);
  });
});

describe('a repair of a kind that is not loaded any more', () => {
  it('is refused by name', async () => {
    const other: Plugin = {
      name: 'other',
      contract: 1,
      apply: (host) => {
        host.executor('fixer', { execute: () => new Promise(() => {}), adopt: async () => ({ gone: true }) });
        host.hooks.onError.tap('d', () => ({ retryAt: 0, repair: { kind: 'fixer', options: {} } }));
      },
    };
    const first = bench({ plugins: [other] });
    first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    first.probe.last('a').end(exit1);
    await settled();
    first.kill();
    const second = first.next({ plugins: [] });
    await expect(second.orch.recover('r').result()).rejects.toMatchObject({ code: 'ORCH_PLUGIN_MISSING' });
  });
});

describe('inputs at a take-up', () => {
  const schema = (validate: (value: Record<string, unknown>) => unknown): never =>
    ({ '~standard': { version: 1, vendor: 'test', validate } }) as never;

  it('a corrected definition may drop one', async () => {
    const first = made();
    const handle = first.orch.execute(plan([{ name: 'a' }], { inputs: { name: { type: 'string', default: 'x' } } }), {
      runId: 'r',
    });
    await settled();
    first.probe.last('a').end(exit1);
    await handle.result();
    const second = first.next();
    const again = second.orch.recover('r', { workflow: plan([{ name: 'a' }]), replan: true });
    expect(await within(again)).toBe('hangs');
  });

  it('a secret is transformed again, also beside an input whose stored value the schema would not take', async () => {
    const inputs = schema(({ n, token }) =>
      typeof n === 'string'
        ? { value: { n: Number(n), token: String(token).toUpperCase() } }
        : { issues: [{ message: 'must be text', path: ['n'] }] },
    );
    const w = workflow('w', { inputs, secrets: ['token' as never] }).phase('a', {
      run: probeWork as never,
    }) as Workflow;
    const first = bench();
    first.orch.execute(w, { runId: 'r', inputs: { n: '5', token: 'abcdef' } });
    await settled();
    expect(first.probe.last('a').context.inputs).toEqual({ n: 5, token: 'ABCDEF' });
    first.kill();
    const second = first.next();
    second.orch.recover('r', { workflow: w, secrets: { token: 'abcdef' } as never });
    await settled();
    expect(second.probe.last('a').context.inputs).toEqual({ n: 5, token: 'ABCDEF' });
  });
});

describe('checkpoint and from', () => {
  it('are refused beside replan, from beside checkpoint', async () => {
    const first = bench();
    const handle = first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    first.probe.last('a').end(exit1);
    await handle.result();
    const both = first.next().orch.recover('r', { from: 'a' as never, checkpoint: 'a' });
    expect(await within(both)).toContain('ORCH_');
  });
});
