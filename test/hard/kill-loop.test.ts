// The kill loop on short chains: 300 kills on JSON files, 51 on SQLite, 30 on Redis. As many on more graphs:
// node scripts/kill-loop.ts --backend json|sqlite|redis; ten times as many and more: with --long
import { describe, expect, it } from 'vitest';
import { chain, fan } from '../../packages/testkit/src/graphs.ts';
import { killLoop } from '../../scripts/kill-loop.ts';
import { builtOrch } from '../../scripts/trial/orch-process.ts';
import { ownWorkload } from '../../scripts/trial/own-workload.ts';
import { chooseSeed } from '../../scripts/trial/random.ts';
import { startBackend } from '../../scripts/trial/trial-backend.ts';
import { recoverTwiceAtOnce } from '../../scripts/trial/two-recovers.ts';
import { available } from './need.ts';

const patience = 600_000;

/** Kills in each mode. */
const loops = [
  { backend: 'json', kills: 100, isThere: true },
  { backend: 'sqlite', kills: 17, isThere: true },
  { backend: 'redis', kills: 10, isThere: available('redis') },
] as const;

describe.each(loops)('on $backend a run whose orch is killed at random instants', ({ backend, kills, isThere }) => {
  it.runIf(isThere)('loses nothing that was acknowledged and starts nothing twice', { timeout: patience }, async () => {
    const seed = chooseSeed(process.env['ORCH_SEED']);
    const results = await killLoop({
      program: builtOrch,
      backend,
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

describe.each(loops)('on $backend two recovers at once', ({ backend: kind, isThere }) => {
  it.runIf(isThere)('let one go on, and the other say who does', { timeout: patience }, async () => {
    using workload = ownWorkload(fan(8), { phaseMs: 500 });
    await using backend = await startBackend(kind);
    expect(await recoverTwiceAtOnce({ program: builtOrch, workload, backend })).toEqual([]);
  });
});
