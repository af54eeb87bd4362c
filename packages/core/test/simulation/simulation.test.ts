import { describe, expect, it } from 'vitest';
import { mutants } from './mutants.ts';
import { simulate } from './simulate.ts';

// Each seed is one life of one run. Again, with all that happened in it:
// node packages/core/test/simulation/run.ts --first SEED --seeds 1 --trace
const seeds = 1_500;
/** A planted bug must be found within so many. */
const seedsForMutant = 600;

describe('the core in a world that fails', () => {
  it(`keeps its promises in ${seeds} lives`, async () => {
    const worked = { kills: 0, pauses: 0, adoptions: 0, faults: 0, acknowledged: 0 };
    for (let seed = 1; seed <= seeds; seed++) {
      const { violation, figures } = await simulate(seed);
      expect(violation, `seed ${seed}, step ${figures.steps}`).toBeUndefined();
      for (const key of Object.keys(worked) as (keyof typeof worked)[]) worked[key] += figures[key];
    }
    // A harness that did nothing proves nothing.
    for (const count of Object.values(worked)) expect(count).toBeGreaterThan(seeds / 10);
  }, 120_000);

  it('is the same for the same seed', async () => {
    expect((await simulate(7)).trace).toEqual((await simulate(7)).trace);
  });
});

describe('the simulation finds that', () => {
  it.each(mutants.map((mutant) => [mutant.name, mutant] as const))(
    '%s',
    async (_name, mutant) => {
      let found: string | undefined;
      for (let seed = 1; seed <= seedsForMutant && found === undefined; seed++)
        found = (await simulate(seed, mutant)).violation;
      expect(found).toBeTypeOf('string');
    },
    60_000,
  );
});
