// An owner that is stopped, taken over, and goes on. 200 rounds: node scripts/pause.ts
import { expect, it } from 'vitest';
import { pauseAgainAndAgain, pauseModes } from '../../scripts/pause.ts';
import { chooseSeed } from '../../scripts/trial/random.ts';

const rounds = 40;

it('an owner that was stopped while its run was taken over writes no more history', async () => {
  const seed = chooseSeed(process.env['ORCH_SEED']);
  const results = await pauseAgainAndAgain({ rounds, lanes: 2, seed, nodeArguments: ['--conditions=source'] });
  expect(
    results.flatMap(({ faults }) => faults),
    `ORCH_SEED=${seed}`,
  ).toEqual([]);
  for (const mode of pauseModes) {
    const those = results.filter((it) => it.mode === mode);
    expect(those.length).toBeGreaterThan(rounds / 4);
    // Each was stopped in the middle of its work.
    for (const { acknowledged } of those) expect(acknowledged).toBeGreaterThan(4);
  }
});
