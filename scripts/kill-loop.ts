// The kill loop on the repository's own graphs: kill -9 of orch, recover, again and again. Needs nothing but sh.
// Run: node scripts/kill-loop.ts [--backend json|sqlite|redis] [--long | --kills N] [--seed N]
import { parseArgs } from 'node:util';
import { chain, fan, islands, ladder, layers } from '../packages/testkit/src/graphs.ts';
import type { PlanObject } from '../packages/testkit/src/graphs.ts';
import { parseBackendKind } from './trial/backend-kind.ts';
import type { BackendKind } from './trial/backend-kind.ts';
import { killModes } from './trial/judge.ts';
import type { KillMode } from './trial/judge.ts';
import { killAgainAndAgain } from './trial/kill-runs.ts';
import type { KillResult } from './trial/kill-runs.ts';
import { inLanes } from './trial/lanes.ts';
import { measureStartup } from './trial/measure-startup.ts';
import { builtOrch } from './trial/orch-process.ts';
import type { OrchProgram } from './trial/orch-process.ts';
import { ownWorkload } from './trial/own-workload.ts';
import { chooseSeed, seededRandom } from './trial/random.ts';
import { report } from './trial/report.ts';
import { startBackend } from './trial/trial-backend.ts';

const graphs: readonly PlanObject[] = [chain(8), fan(12), layers(4, 5), ladder(6), islands(4, 4)];
/** Of each graph in each mode; together 300, 105 and 60 cycles, and with --long 5,000, 1,000 and 600. */
const killsOf: Readonly<Record<BackendKind, { readonly short: number; readonly long: number }>> = {
  json: { short: 20, long: 334 },
  sqlite: { short: 7, long: 67 },
  redis: { short: 4, long: 40 },
};

export interface KillLoopOptions {
  readonly program: OrchProgram;
  readonly backend: BackendKind;
  readonly graphs: readonly PlanObject[];
  /** Of each graph in each mode. */
  readonly kills: number;
  readonly seed: number;
  /** How long each phase takes. */
  readonly phaseMs: number;
  /** Modes at once. */
  readonly lanes: number;
}

export async function killLoop(options: KillLoopOptions): Promise<KillResult[]> {
  const { program, graphs: chosen, kills, seed, phaseMs, lanes } = options;
  await using backend = await startBackend(options.backend);
  const results: KillResult[] = [];
  for (const graph of chosen) {
    using workload = ownWorkload(graph, { phaseMs });
    const startupMs = await measureStartup({ program, workload, backend });
    // Each mode draws its own numbers: which of them is asked first must not matter.
    const tryMode = (mode: KillMode): Promise<KillResult> => {
      const random = seededRandom(seed + killModes.indexOf(mode));
      return killAgainAndAgain({ program, workload, backend, mode, kills, random, startupMs, phaseMs });
    };
    results.push(...(await inLanes(killModes, lanes, tryMode)));
  }
  return results;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      backend: { type: 'string' },
      long: { type: 'boolean' },
      kills: { type: 'string' },
      seed: { type: 'string' },
    },
  });
  const backend = parseBackendKind(values.backend);
  const seed = chooseSeed(values.seed);
  console.log(`seed ${seed}`);
  const kills = Number(values.kills ?? killsOf[backend][values.long === true ? 'long' : 'short']);
  if (!report(await killLoop({ program: builtOrch, backend, graphs, kills, seed, phaseMs: 150, lanes: 1 })))
    process.exitCode = 1;
}
