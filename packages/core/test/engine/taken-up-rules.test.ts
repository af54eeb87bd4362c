import { describe, expect, it } from 'vitest';
import type { Plugin } from '../../src/hooks/plugin.ts';
import { bench, probes, settled } from './bench.ts';
import type { Bench } from './bench.ts';
import { exits, made, plan, probeKeys } from './plan-bench.ts';
import { deciding, exit1, statusOf, within } from './said.ts';

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
