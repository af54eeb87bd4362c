import { describe, expect, it } from 'vitest';
import type { Plugin } from '../../src/hooks/plugin.ts';
import { bench, probes, settled } from './bench.ts';

/** Writes down every hook call. */
function scribe(said: string[]): Plugin {
  return {
    name: 'scribe',
    contract: 1,
    apply({ hooks }) {
      hooks.beforeRun.tap('scribe', ({ resumed }) => void said.push(`beforeRun ${resumed ? 'again' : 'first'}`));
      hooks.afterRun.tap('scribe', ({ status }) => void said.push(`afterRun ${status}`));
      hooks.beforePhase.tap('scribe', ({ phase, attempt }) => void said.push(`beforePhase ${phase} ${attempt}`));
      hooks.afterPhase.tap(
        'scribe',
        ({ phase, attempt, outcome }) => void said.push(`afterPhase ${phase} ${attempt} ${outcome.status}`),
      );
      hooks.onError.tap(
        'scribe',
        ({ phase, attempt, error }) => void said.push(`onError ${phase} ${attempt} ${error.class}`),
      );
      hooks.onCheckpoint.tap('scribe', ({ checkpoint }) => void said.push(`onCheckpoint ${checkpoint}`));
      hooks.onEvent.tap('scribe', ({ version, type }) => void said.push(`${version} ${type}`));
    },
  };
}

const failed = {
  status: 'failed',
  class: 'exit',
  error: { code: 'ORCH_PHASE_EXIT', message: 'exit 1' },
  exitCode: 1,
} as const;

describe('hooks', () => {
  it('are called in the order and number of the table, each behind its commit', async () => {
    const said: string[] = [];
    const { orch, probe } = bench({ plugins: [scribe(said)] });
    const handle = orch.execute(probes('a', 'b:a'));
    await settled();
    probe.last('a').end();
    await settled();
    probe.last('b').end(failed);
    await handle.result();
    expect(said).toEqual([
      '1 run.created',
      '2 run.started',
      'beforeRun first',
      '3 checkpoint.created',
      'onCheckpoint a',
      '4 phase.started',
      'beforePhase a 1',
      '5 phase.completed',
      'afterPhase a 1 completed',
      '6 checkpoint.created',
      'onCheckpoint b',
      '7 phase.started',
      'beforePhase b 1',
      'onError b 1 exit',
      '8 phase.failed',
      'afterPhase b 1 failed',
      '9 run.failed',
      'afterRun failed',
    ]);
  });

  it('are called across a crash as the table says: no event twice, no beforePhase on adoption', async () => {
    const said: string[] = [];
    const first = bench({ plugins: [scribe(said)] });
    const workflow = probes('a', 'b', 'c:a b');
    first.orch.execute(workflow, { runId: 'r' });
    await settled();
    first.probe.last('b').end();
    await settled();
    first.kill();
    said.length = 0;
    const second = first.next();
    const handle = second.orch.recover('r', { workflow });
    await settled();
    second.probe.last('a').end();
    await settled();
    second.probe.last('c').end();
    await handle.result();
    expect(said).toEqual([
      '8 run.started',
      '9 phase.adopted',
      'beforeRun again',
      '10 phase.completed',
      'afterPhase a 1 completed',
      '11 checkpoint.created',
      'onCheckpoint c',
      '12 phase.started',
      'beforePhase c 1',
      '13 phase.completed',
      'afterPhase c 1 completed',
      '14 run.completed',
      'afterRun completed',
    ]);
  });

  it('beforePhase may change env and cwd, each tap seeing what the one before did', async () => {
    const { orch, probe } = bench({
      plugins: [
        {
          name: 'one',
          contract: 1,
          apply: ({ hooks }) =>
            hooks.beforePhase.tap('one', (phase) => void ((phase.cwd = '/tree'), (phase.env['A'] = '1'))),
        },
        {
          name: 'two',
          contract: 1,
          apply: ({ hooks }) =>
            hooks.beforePhase.tap('two', (phase) => void (phase.env['B'] = `${phase.env['A']} ${phase.cwd}`)),
        },
      ],
    });
    orch.execute(probes('a'));
    await settled();
    const { env, cwd } = probe.last('a').context;
    expect({ ...env, cwd }).toEqual({ A: '1', B: '1 /tree', cwd: '/tree' });
  });

  it('beforePhase may skip a phase, and its dependents with it', async () => {
    const { orch, types } = bench({
      plugins: [
        { name: 'p', contract: 1, apply: ({ hooks }) => hooks.beforePhase.tap('p', () => ({ skip: 'no budget' })) },
      ],
    });
    const handle = orch.execute(probes('a', 'b:a'));
    expect(await handle.result()).toMatchObject({ status: 'completed' });
    expect(await types(handle.runId)).toContain('phase.skipped');
    expect((await orch.show(handle.runId)).phases).toMatchObject([
      { status: 'skipped', reason: 'no budget' },
      { status: 'skipped', reason: 'deps_not_met', cause: 'a' },
    ]);
  });

  it('a beforePhase that throws fails the phase, and names the tap', async () => {
    const { orch, probe } = bench({
      plugins: [
        {
          name: 'p',
          contract: 1,
          apply: ({ hooks }) => hooks.beforePhase.tap('worktree', () => Promise.reject(new Error('no disk'))),
        },
      ],
    });
    const result = await orch.execute(probes('a')).result();
    expect(result).toMatchObject({
      status: 'failed',
      failures: [{ class: 'plugin', code: 'ORCH_PHASE_HOOK', message: expect.stringMatching(/worktree.*no disk/s) }],
    });
    expect(probe.calls).toEqual([]);
  });

  it('a beforeRun that throws keeps the run from starting, and never ends as success', async () => {
    const { orch, probe } = bench({
      plugins: [
        {
          name: 'p',
          contract: 1,
          apply: ({ hooks }) => hooks.beforeRun.tap('gate', () => Promise.reject(new Error('closed'))),
        },
      ],
    });
    const handle = orch.execute(probes('a'));
    const message = 'The beforeRun tap "gate" of plugin "p" failed: closed';
    expect(await handle.result()).toMatchObject({
      status: 'failed',
      reason: 'hook',
      error: { code: 'ORCH_HOOK_FAILED', message },
    });
    await expect(handle.outputs()).rejects.toMatchObject({
      code: 'ORCH_RUN_NOT_COMPLETED',
      message: `Run ${handle.runId} is failed: ${message}`,
    });
    expect((await orch.show(handle.runId)).reason).toBe(message);
    expect(probe.calls).toEqual([]);
  });

  it('an onError that throws fails the phase with both errors', async () => {
    const { orch, probe } = bench({
      plugins: [
        {
          name: 'p',
          contract: 1,
          apply: ({ hooks }) => hooks.onError.tap('judge', () => Promise.reject(new Error('drunk'))),
        },
      ],
    });
    const handle = orch.execute(probes('a'));
    await settled();
    probe.last('a').end(failed);
    expect(await handle.result()).toMatchObject({
      failures: [{ class: 'plugin', message: expect.stringMatching(/exit 1.*judge.*drunk/s) }],
    });
  });

  it('onError may have the phase tried again; the delay stands in the event and is waited for', async () => {
    const { orch, probe, clock, events } = bench({
      plugins: [
        {
          name: 'p',
          contract: 1,
          apply: ({ hooks, now }) =>
            hooks.onError.tap('p', ({ charged }) => (charged === 0 ? { retryAt: now() + 2_000 } : undefined)),
        },
      ],
    });
    const handle = orch.execute(probes('a'));
    await settled();
    probe.last('a').end(failed);
    await settled();
    const event = (await events(handle.runId)).find(({ type }) => type === 'phase.failed');
    expect(event).toMatchObject({ delayMs: 2_000, charge: true, retryAt: clock.now() + 2_000 });
    await clock.advance(1_999);
    expect(probe.started).toEqual(['a 1']);
    await clock.advance(1);
    expect(probe.started).toEqual(['a 1', 'a 2']);
    probe.last('a').end(failed);
    expect(await handle.result()).toMatchObject({ status: 'failed' });
  });

  it('a clock that jumps neither stretches nor cuts a backoff', async () => {
    const { orch, probe, clock } = bench({
      plugins: [
        {
          name: 'p',
          contract: 1,
          apply: ({ hooks, now }) => hooks.onError.tap('p', () => ({ retryAt: now() + 2_000 })),
        },
      ],
    });
    orch.execute(probes('a'));
    await settled();
    clock.jump(-86_400_000);
    probe.last('a').end(failed);
    await settled();
    clock.jump(2 * 86_400_000);
    await clock.advance(1_999);
    expect(probe.started).toEqual(['a 1']);
    await clock.advance(1);
    expect(probe.started).toEqual(['a 1', 'a 2']);
  });

  it('a failed observer is a warning in the journal, and silences nobody', async () => {
    const said: string[] = [];
    const { orch, probe, events } = bench({
      plugins: [
        {
          name: 'broken',
          contract: 1,
          apply: ({ hooks }) => hooks.afterPhase.tap('post', () => Promise.reject(new Error('502'))),
        },
        scribe(said),
      ],
    });
    const handle = orch.execute(probes('a', 'b:a'));
    await settled();
    probe.last('a').end();
    await settled();
    expect(said).toContain('afterPhase a 1 completed');
    expect((await events(handle.runId)).find(({ type }) => type === 'warning')).toMatchObject({ plugin: 'broken' });
    probe.last('b').end();
    expect(await handle.result()).toMatchObject({ status: 'completed' });
    // Nothing is journalled after the terminal event.
    expect((await events(handle.runId)).at(-1)?.type).toBe('run.completed');
  });

  it('what a plugin remembers is kept in the journal, across a crash, and is its own', async () => {
    const seen: unknown[] = [];
    const remember = (name: string): Plugin => ({
      name,
      contract: 1,
      apply: ({ hooks }) =>
        hooks.beforeRun.tap(name, async ({ memory }) => {
          seen.push([name, memory.get('path')]);
          if (memory.get('path') === undefined) await memory.set('path', `/${name}`);
        }),
    });
    const first = bench({ plugins: [remember('p'), remember('q')] });
    first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    first.kill();
    const second = first.next();
    second.orch.recover('r');
    await settled();
    expect(seen).toEqual([
      ['p', undefined],
      ['q', undefined],
      ['p', '/p'],
      ['q', '/q'],
    ]);
  });
});
