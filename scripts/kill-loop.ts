// The kill loop on the repository's own graphs: kill -9 of orch, recover, again and again. Needs nothing but sh.
// Run: node scripts/kill-loop.ts [--long | --kills N] [--seed N]
import { parseArgs } from 'node:util';
import { chain, fan, islands, ladder, layers } from '../packages/testkit/src/graphs.ts';
import type { PlanObject } from '../packages/testkit/src/graphs.ts';
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

const graphs: readonly PlanObject[] = [chain(8), fan(12), layers(4, 5), ladder(6), islands(4, 4)];
/** Of each graph in each mode; together 300 cycles. */
const killsByDefault = 20;
const killsWhenLong = 334;

export interface KillLoopOptions {
  readonly program: OrchProgram;
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
  const results: KillResult[] = [];
  for (const graph of chosen) {
    using workload = ownWorkload(graph, { phaseMs });
    const startupMs = await measureStartup(program, workload);
    // Each mode draws its own numbers: which of them is asked first must not matter.
    const tryMode = (mode: KillMode): Promise<KillResult> => {
      const random = seededRandom(seed + killModes.indexOf(mode));
      return killAgainAndAgain({ program, workload, mode, kills, random, startupMs, phaseMs });
    };
    results.push(...(await inLanes(killModes, lanes, tryMode)));
  }
  return results;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { long: { type: 'boolean' }, kills: { type: 'string' }, seed: { type: 'string' } },
  });
  const seed = chooseSeed(values.seed);
  console.log(`seed ${seed}`);
  const kills = Number(values.kills ?? (values.long === true ? killsWhenLong : killsByDefault));
  if (!report(await killLoop({ program: builtOrch, graphs, kills, seed, phaseMs: 150, lanes: 1 })))
    process.exitCode = 1;
}
