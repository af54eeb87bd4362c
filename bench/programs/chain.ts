// A chain of function phases on a backend, flushed at each. Says how long each phase took, and, where it is told
// so, how long the floor took at the same time: other work on the disk disturbs both alike.
// node chain.ts PHASES FOLDER json|sqlite|redis [floor]
import { Orchestrator } from '@orch/core';
import { parseBackendKind } from '../../scripts/trial/backend-kind.ts';
import { openPlace } from './chain-place.ts';
import type { Floor, StoredBytes } from './chain-place.ts';
import { cpuMs } from './cpu-time.ts';
import { chainOf } from './workflows.ts';

export interface ChainAnswer {
  readonly completed: number;
  /** From the end of a phase's function to the start of the next one's. */
  readonly intervalsMs: readonly number[];
  /** Of each fifth of the chain. */
  readonly fifthsCpuMs: readonly number[];
  readonly floorMs: readonly number[];
  readonly floorPoolMs: readonly number[];
  /** Once the run is over and the backend closed; with what the floor wrote, where there was one. */
  readonly stored: StoredBytes;
}

/** The floor is measured so many times after so many phases. */
const block = 50;

const [phases, folder] = [Number(process.argv[2]), String(process.argv[3])];
await using place = await openPlace(parseBackendKind(process.argv[4]), folder);
const floor = process.argv[5] === 'floor' ? await place.makeFloor() : undefined;
const intervalsMs: number[] = [];
const cpu: number[] = [];
const fifth = phases / 5;
let completed = 0;
let endedAt = 0;

const flow = chainOf(phases, () => {
  if (completed > 0) intervalsMs.push(performance.now() - endedAt);
  if (completed % fifth === 0) cpu.push(cpuMs());
  completed++;
  if (floor !== undefined && completed % block === 0) return measureFloor(floor);
  endedAt = performance.now();
  return undefined;
});
const orchestrator = new Orchestrator({ backend: place.backend });
const { status } = await orchestrator.execute(flow).result();
cpu.push(cpuMs());
await orchestrator.close();

const answer: ChainAnswer = {
  completed: status === 'completed' ? completed : 0,
  intervalsMs,
  fifthsCpuMs: cpu.slice(1).map((value, index) => value - cpu[index]!),
  floorMs: floor?.ms ?? [],
  floorPoolMs: floor?.poolMs ?? [],
  stored: await place.stored(),
};
console.log(JSON.stringify(answer));

async function measureFloor(one: Floor): Promise<void> {
  await one.measure(block);
  endedAt = performance.now();
}
