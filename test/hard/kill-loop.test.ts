// The kill loop on short chains: 300 kills. As many on more graphs: node scripts/kill-loop.ts; 5,000: with --long
import { describe, expect, it } from 'vitest';
import { chain, fan } from '../../packages/testkit/src/graphs.ts';
import { killLoop } from '../../scripts/kill-loop.ts';
import { orchFromSources } from '../../scripts/trial/orch-process.ts';
import { ownWorkload } from '../../scripts/trial/own-workload.ts';
import { chooseSeed } from '../../scripts/trial/random.ts';
import { recoverTwiceAtOnce } from '../../scripts/trial/two-recovers.ts';

const patience = 600_000;
/** In each mode. */
const kills = 100;

describe('a run whose orch is killed at random instants', () => {
  it('loses nothing that was acknowledged and starts nothing twice', { timeout: patience }, async () => {
    const seed = chooseSeed(process.env['ORCH_SEED']);
    const results = await killLoop({
      program: orchFromSources,
      graphs: [chain(4)],
      kills,
      seed,
      phaseMs: 60,
      lanes: 3,
    });
    expect(
      results.map((it) => ({ mode: it.mode, kills: it.kills, faults: it.faults })),
      `ORCH_SEED=${seed}`,
    ).toEqual(['orch', 'wrappers', 'tree'].map((mode) => ({ mode, kills, faults: [] })));
  });
});

describe('two recovers at once', () => {
  it('let one go on, and the other say who does', { timeout: patience }, async () => {
    using workload = ownWorkload(fan(8), { phaseMs: 500 });
    expect(await recoverTwiceAtOnce(orchFromSources, workload)).toEqual([]);
  });
});
