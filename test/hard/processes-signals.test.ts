import { describe, expect, test } from 'vitest';
import { until } from '../../packages/cli/test/orch-process.ts';
import { stagePerTest } from './processes/stage.ts';
import { isReady, phaseOf, stubborn } from './processes/stubborn.ts';
import type { Stubborn } from './processes/stubborn.ts';
import { survivors } from './processes/sweep.ts';

const stage = stagePerTest();

/** As trust.md promises: the grace, and this. */
const allowanceMs = 1_000;
const graceMs = 500;

/** The first attempt has to be ended; the second one ends at once. */
function onceStubborn(it: Stubborn): Stubborn {
  return { ...it, text: `test "$ORCH_ATTEMPT" = 1 || exit 0\n${it.text}` };
}

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s to orch', (signal, exitCode) => {
  test('all of the commands are gone within the grace and a second, and recover completes the run', async () => {
    const phases = stubborn.map((it) => phaseOf(onceStubborn(it), { grace: `${graceMs}ms` }));
    const orch = stage().execute(phases, { concurrency: stubborn.length });
    for (const it of stubborn)
      await until(
        () => isReady(it, stage().logOf(it.name)),
        () => `${it.name} to be ready: ${stage().logOf(it.name)}`,
      );
    const askedAt = Date.now();
    orch.kill(signal);
    expect(await orch.ended).toMatchObject({ code: exitCode });
    expect(await survivors(stage().swept, 0)).toEqual([]);
    const events = await stage().events();
    for (const { name } of stubborn) {
      const interrupted = events.find((it) => it.type === 'phase.interrupted' && it.phase === name);
      expect(interrupted, name).toBeDefined();
      expect(interrupted!.at - askedAt, name).toBeLessThanOrEqual(graceMs + allowanceMs);
    }
    expect(await stage().recover()).toMatchObject({ code: 0 });
    const { status, phases: reports } = await stage().report();
    expect(status).toBe('completed');
    expect(reports.map(({ attempts }) => attempts.length)).toEqual(stubborn.map(() => 2));
  });
});
