import { describe, expect, it } from 'vitest';
import type { Plugin } from '../../src/hooks/plugin.ts';
import { bench, probes, settled } from './bench.ts';
import type { Bench } from './bench.ts';
import { exits, made, plan, probeKeys } from './plan-bench.ts';
import { deciding, exit1, statusOf, text, within } from './said.ts';

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
    expect((await statusOf(first))['a']).toBe('pending');
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
    await settled();
    expect(second.probe.calls.map(({ attempt, adopted }) => `${attempt.phase} ${adopted}`)).toEqual([
      'k true',
      'a false',
    ]);
    second.probe.last('k').end(exit1);
    await settled();
    expect(await statusOf(second)).toEqual({ a: 'running', h: 'pending', k: 'pending' });
    second.probe.last('a').end(exit1);
    await settled();
    expect(second.probe.last('k').attempt).toMatchObject({ part: 'main', number: 2 });
    second.probe.last('k').end();
    expect(await within(handle)).toBe('failed');
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
    await settled();
    second.probe.last('k').end();
    await settled();
    expect(await statusOf(second)).toEqual({ a: 'running', h: 'pending', k: 'pending' });
    second.probe.last('a').end(exit1);
    await settled();
    expect(second.probe.last('k').attempt).toMatchObject({ part: 'main', number: 3 });
    second.probe.last('k').end();
    expect(await within(handle)).toBe('failed');
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
    await expect(second.orch.recover('r', { from: 'deploy' as never }).result()).rejects.toMatchObject({
      code: 'ORCH_RUN_NOTHING_SELECTED',
    });
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

describe('two ways to take a run up at once', () => {
  it.each([
    { from: 'a', checkpoint: 'a' },
    { from: 'a', replan: true },
    { checkpoint: 'a', replan: true },
    { checkpoint: 'a', unfinishedOnly: true },
  ])('are refused: %o', async (ways) => {
    const first = bench();
    const handle = first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    first.probe.last('a').end(exit1);
    await handle.result();
    const before = await text(first);
    const second = first.next();
    const given = { ...ways, ...('replan' in ways ? { workflow: probes('a') } : {}) };
    await expect(second.orch.recover('r', given as never).result()).rejects.toMatchObject({
      code: 'ORCH_RUN_TWO_WAYS',
    });
    expect(second.probe.calls).toEqual([]);
    expect(await text(second)).toBe(before);
  });
});

describe('what is wrong with the call', () => {
  it.each([
    ['a phase that there is not', { from: 'typo' }, 'ORCH_RUN_NO_PHASE'],
    ['replan without a workflow', { replan: true }, 'ORCH_WORKFLOW_MISSING'],
  ])('%s is told before the run is taken', async (_, ways, code) => {
    const first = bench();
    first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    first.kill();
    const second = first.next();
    let takings = 0;
    second.backend.acquire = () => Promise.reject(new Error(`taken ${++takings}`));
    await expect(second.orch.recover('r', ways as never).result()).rejects.toMatchObject({ code });
    expect(takings).toBe(0);
  });

  it('the same definition as a correction of a completed run changes nothing', async () => {
    const first = bench();
    const handle = first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    first.probe.last('a').end();
    await handle.result();
    const before = await text(first);
    const second = first.next();
    const again = second.orch.recover('r', { workflow: probes('a'), replan: true });
    expect((await again.result()).status).toBe('completed');
    expect(await text(second)).toBe(before);
  });

  it('the order of chosen names is none', async () => {
    const first = bench();
    const selection = { only: ['a', 'b'], skip: [] };
    const handle = first.orch.execute(probes('a', 'b', 'c'), { runId: 'r', selection });
    await settled();
    for (const name of ['a', 'b']) first.probe.last(name).end();
    await handle.result();
    const same = { only: ['b', 'a', 'b'] };
    expect((await first.orch.execute(probes('a', 'b', 'c'), { runId: 'r', selection: same }).result()).status).toBe(
      'completed',
    );
  });
});

describe('a run that somebody else corrects between the look and the taking', () => {
  it('is not driven by what was asked about the definition before', async () => {
    const first = bench();
    first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    first.kill();
    const [slow, quick] = [first.next(), first.next()];
    const acquire = slow.backend.acquire.bind(slow.backend);
    slow.backend.acquire = async (run, taking) => {
      quick.backend.acquire = acquire;
      const corrected = quick.orch.recover('r', { workflow: probes('a', 'b'), replan: true });
      await settled();
      await corrected.detach();
      return acquire(run, taking);
    };
    await expect(slow.orch.recover('r').result()).rejects.toMatchObject({ code: 'ORCH_WORKFLOW_CHANGED' });
    expect(slow.probe.calls.filter(({ adopted }) => !adopted)).toEqual([]);
  });
});
