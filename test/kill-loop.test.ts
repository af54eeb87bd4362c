// The kill loop with a small number of kills. More of them: node scripts/kill-loop.ts --long
import { describe, expect, it } from 'vitest';
import { fan, layers } from '../packages/testkit/src/graphs.ts';
import { killLoop } from '../scripts/kill-loop.ts';
import { orchFromSources } from '../scripts/trial/orch-process.ts';
import { ownWorkload } from '../scripts/trial/own-workload.ts';
import { chooseSeed } from '../scripts/trial/random.ts';
import { recoverTwiceAtOnce } from '../scripts/trial/two-recovers.ts';

const patience = 120_000;

describe('a run whose orch is killed at random instants', () => {
  it('loses nothing that was acknowledged and starts nothing twice', { timeout: patience }, async () => {
    const seed = chooseSeed(process.env['ORCH_SEED']);
    const results = await killLoop({ program: orchFromSources, graphs: [layers(3, 3)], kills: 4, seed });
    expect(
      results.map(({ mode, kills, faults }) => ({ mode, kills, faults })),
      `ORCH_SEED=${seed}`,
    ).toEqual(['orch', 'wrappers', 'tree'].map((mode) => ({ mode, kills: 4, faults: [] })));
  });
});

describe('two recovers at once', () => {
  it('let one go on, and the other say who does', { timeout: patience }, async () => {
    using workload = ownWorkload(fan(8), { phaseMs: 500 });
    expect(await recoverTwiceAtOnce(orchFromSources, workload)).toEqual([]);
  });
});
