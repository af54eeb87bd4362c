// An owner that is stopped, taken over, and goes on. 200 rounds: node scripts/pause.ts --backend json|sqlite|redis
import { describe, expect, it } from 'vitest';
import { pauseAgainAndAgain, pauseModes } from '../../scripts/pause.ts';
import { chooseSeed } from '../../scripts/trial/random.ts';
import { available } from './need.ts';

const trials = [
  { backend: 'json', rounds: 21, isThere: true },
  { backend: 'sqlite', rounds: 9, isThere: true },
  { backend: 'redis', rounds: 9, isThere: available('redis') },
] as const;

describe.each(trials)('on $backend', ({ backend, rounds, isThere }) => {
  it.runIf(isThere)('an owner that was stopped while its run was taken over writes no more history', async () => {
    const seed = chooseSeed(process.env['ORCH_SEED']);
    const nodeArguments = ['--conditions=source'];
    const results = await pauseAgainAndAgain({ backend, rounds, lanes: 2, seed, nodeArguments });
    expect(
      results.flatMap(({ faults }) => faults),
      `ORCH_SEED=${seed}`,
    ).toEqual([]);
    for (const mode of pauseModes) {
      const those = results.filter((it) => it.mode === mode);
      expect(those.length).toBe(rounds / pauseModes.length);
      // Each was stopped in the middle of its work.
      for (const { acknowledged } of those) expect(acknowledged).toBeGreaterThan(4);
    }
  });
});
