import { expect, test } from 'vitest';
import { until } from '../../packages/cli/test/orch-process.ts';
import { runId, stagePerTest } from './processes/stage.ts';
import type { Stage } from './processes/stage.ts';
import { isReady, phaseOf, stubborn } from './processes/stubborn.ts';
import type { Stubborn } from './processes/stubborn.ts';

const stage = stagePerTest();

/** As trust.md promises: the timeout, the grace, and this. */
const allowanceMs = 1_000;
const graceMs = 500;
const grace = `${graceMs}ms`;
const everything = { concurrency: stubborn.length };

/** Waits until all of them are as they are to be. */
async function allReady(on: Stage, commands: readonly Stubborn[]): Promise<void> {
  for (const it of commands)
    await until(
      () => isReady(it, on.logOf(it.name)),
      () => `${it.name} to be ready: ${on.logOf(it.name)}`,
    );
}

test('at a timeout all of it is gone, within timeout and grace and a second', async () => {
  const timeoutMs = 3_000;
  stage().drive(
    stubborn.map((it) => phaseOf(it, { grace, timeout: `${timeoutMs}ms` })),
    everything,
  );
  await allReady(stage(), stubborn);
  expect(await stage().ended()).toMatchObject({ status: 'failed' });
  const events = await stage().events();
  for (const { name, needsKill } of stubborn) {
    const failed = events.find((it) => it.type === 'phase.failed' && it.phase === name);
    expect(failed, name).toMatchObject({ class: 'timeout', error: { code: 'ORCH_PHASE_TIMEOUT' } });
    const { durationMs } = failed as { durationMs: number };
    expect(durationMs, name).toBeGreaterThanOrEqual(timeoutMs + (needsKill === true ? graceMs : 0));
    expect(durationMs, name).toBeLessThanOrEqual(timeoutMs + graceMs + allowanceMs);
  }
  expect(stage().warnings).toEqual([]);
});

test('at a cancel all of it is gone, within the grace and a second; SIGKILL is for those that need it', async () => {
  const orchestrator = stage().drive(
    // What SIGTERM ends, were it stopped before, has no need of a grace that passes.
    stubborn.map((it) => phaseOf(it, { grace: it.needsKill === true ? grace : '1h' })),
    everything,
  );
  await allReady(stage(), stubborn);
  await orchestrator.cancel(runId);
  expect(await stage().ended()).toMatchObject({ status: 'cancelled' });
  const events = await stage().events();
  const askedAt = events.find(({ type }) => type === 'run.cancelling')!.at;
  for (const { name } of stubborn) {
    const cancelled = events.find((it) => it.type === 'phase.cancelled' && it.phases.includes(name));
    expect(cancelled, name).toBeDefined();
    expect(cancelled!.at - askedAt, name).toBeLessThanOrEqual(graceMs + allowanceMs);
  }
  expect(stage().warnings).toEqual([]);
});
