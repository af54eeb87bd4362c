import { describe, expect, it } from 'vitest';
import type { Plugin } from '../../src/hooks/plugin.ts';
import type { Decision, FailedView } from '../../src/hooks/lifecycle-hooks.ts';
import type { Outcome } from '../../src/executor/executor.ts';
import { workflow } from '../../src/spec/workflow.ts';
import type { Workflow } from '../../src/spec/workflow.ts';
import { bench, probes, probeWork, settled } from './bench.ts';
import type { Bench } from './bench.ts';
import { fakeLanguage } from './fake-language.ts';

const failed: Outcome = {
  status: 'failed',
  class: 'exit',
  error: { code: 'ORCH_PHASE_EXIT', message: 'exit 1' },
  exitCode: 1,
  output: { reset: 1_060_000 },
};

/** Answers `onError` as told. */
function deciding(decide: (view: FailedView) => Decision | undefined | Promise<Decision | undefined>): Plugin {
  return { name: 'decide', contract: 1, apply: ({ hooks }) => hooks.onError.tap('decide', decide) };
}

describe('onError', () => {
  it('sees how long it has been, the end of what was printed, the output, and values of expressions', async () => {
    const seen: unknown[] = [];
    const at = bench({
      language: fakeLanguage,
      plugins: [
        deciding(async (view) => {
          seen.push(
            view.startedAt,
            view.elapsedMs,
            await view.tail(10),
            view.error.output,
            view.evaluate('output.reset'),
            view.evaluate('exit_code'),
          );
          return undefined;
        }),
      ],
    });
    at.probe.tail = async (attempt, maxBytes) => `${attempt.key} ${maxBytes}`;
    const made = workflow('w').phase('a', {
      run: { ...probeWork, failWhen: ({ output }) => output === 9 },
    }) as Workflow;
    const spec = {
      ...made.definition.spec,
      phases: [{ ...made.definition.spec.phases[0]!, failWhen: 'exit_code > 0' }],
    };
    const handle = at.orch.execute({ ...made, definition: { ...made.definition, spec } });
    await settled();
    await at.clock.advance(700);
    const { key } = at.probe.last('a').attempt;
    at.probe.last('a').end(failed);
    await handle.result();
    expect(seen).toEqual([1_000_000, 700, `${key} 10`, { reset: 1_060_000 }, 1_060_000, 1]);
  });

  it('may wait for a time from outside: no attempt is charged, and the wall decides', async () => {
    const first: Bench = bench({
      plugins: [deciding(() => ({ until: 1_000_000 + 600_000, charge: false, class: 'rate-limited' }))],
    });
    first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    first.probe.last('a').end(failed);
    await settled();
    expect((await first.events('r')).findLast((it) => it.type === 'phase.failed')).toMatchObject({
      class: 'rate-limited',
      charge: false,
      retryAt: 1_600_000,
    });
    first.kill();
    const second = first.next();
    second.orch.recover('r');
    await settled();
    await second.clock.advance(120_000);
    expect(second.probe.started).toEqual([]);
    // Somebody sets the wall: it is looked at once a minute.
    second.clock.jump(450_000);
    await second.clock.advance(60_000);
    expect(second.probe.started).toEqual(['a 2']);
  });

  it('may have a repair done first, with what the failed attempt left; the next attempt follows', async () => {
    const first = bench({
      plugins: [deciding(() => ({ retryAt: 0, repair: { kind: 'probe', options: { fix: 'it' }, timeoutMs: 5_000 } }))],
    });
    const handle = first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    const { key } = first.probe.last('a').attempt;
    first.probe.last('a').end(failed);
    await settled();
    expect(first.probe.last('a').attempt).toMatchObject({
      part: 'repair',
      number: 2,
      options: { fix: 'it' },
      timeoutMs: 5_000,
      failed: { number: 1, key, class: 'exit', exitCode: 1, output: { reset: 1_060_000 } },
    });
    first.probe.last('a').end();
    await settled();
    expect(first.probe.last('a').attempt).toMatchObject({ part: 'main', number: 3 });
    first.probe.last('a').end();
    expect(await handle.result()).toMatchObject({ status: 'completed' });
  });

  it.each<[string, Outcome | 'timeout', string]>([
    ['fails', failed, 'The repair failed: exit 1 The failure before it: exit 1'],
    [
      'changes nothing',
      { ...failed, exitCode: 77 } as Outcome,
      'The repair changed nothing. The failure before it: exit 1',
    ],
    ['takes too long', 'timeout', 'The repair took longer than its timeout of 5 s. The failure before it: exit 1'],
  ])('fails the phase where the repair %s', async (_, outcome, message) => {
    const at = bench({
      plugins: [
        deciding(() => ({
          retryAt: 0,
          repair: { kind: 'probe', options: {}, timeoutMs: 5_000, unchangedExitCode: 77 },
        })),
      ],
    });
    const handle = at.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    at.probe.last('a').end(failed);
    await settled();
    if (outcome === 'timeout') await at.clock.advance(5_000);
    else at.probe.last('a').end(outcome);
    expect(await handle.result()).toMatchObject({
      status: 'failed',
      failures: [{ code: 'ORCH_PHASE_REPAIR', class: 'exit', message }],
    });
  });

  it('adopts a repair that a dead orchestrator left running', async () => {
    const plugins = [deciding(() => ({ retryAt: 0, repair: { kind: 'probe', options: { fix: 'it' } } }))];
    const first = bench({ plugins });
    first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    first.probe.last('a').end(failed);
    await settled();
    first.kill();
    const second = first.next();
    const handle = second.orch.recover('r');
    await settled();
    expect(second.probe.last('a')).toMatchObject({
      adopted: true,
      attempt: { part: 'repair', options: { fix: 'it' } },
    });
    second.probe.last('a').end();
    await settled();
    second.probe.last('a').end();
    expect(await handle.result()).toMatchObject({ status: 'completed' });
  });

  it('adds its reason to a failure that it lets stand', async () => {
    const at = bench({ plugins: [deciding(() => ({ fail: true, note: 'No use.' }))] });
    const handle = at.orch.execute(probes('a'));
    await settled();
    at.probe.last('a').end(failed);
    expect(await handle.result()).toMatchObject({ failures: [{ message: 'exit 1 No use.' }] });
  });
});
