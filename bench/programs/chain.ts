// A chain of function phases on the JSON backend, flushed at each. Says how long each phase took, and, where it is told
// so, how long the floor took at the same time: other work on the disk disturbs both alike.
// node chain.ts PHASES FOLDER [floor]
import { mkdirSync } from 'node:fs';
import { jsonBackend } from '@orch/backend-json';
import { Orchestrator } from '@orch/core';
import { AppendFloor } from './append-floor.ts';
import { cpuMs } from './cpu-time.ts';
import { chainOf } from './workflows.ts';

export interface ChainAnswer {
  readonly completed: number;
  /** From the end of a phase's function to the start of the next one's. */
  readonly intervalsMs: readonly number[];
  /** Of each fifth of the chain. */
  readonly fifthsCpuMs: readonly number[];
  readonly floorSyncMs: readonly number[];
  readonly floorAsyncMs: readonly number[];
}

/** The floor is measured so many times after so many phases. */
const block = 50;

const [phases, folder] = [Number(process.argv[2]), String(process.argv[3])];
mkdirSync(folder, { recursive: true });
const floor = process.argv[4] === 'floor' ? new AppendFloor(folder) : undefined;
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
const orchestrator = new Orchestrator({ backend: jsonBackend(folder) });
const { status } = await orchestrator.execute(flow).result();
cpu.push(cpuMs());
await orchestrator.close();

const answer: ChainAnswer = {
  completed: status === 'completed' ? completed : 0,
  intervalsMs,
  fifthsCpuMs: cpu.slice(1).map((value, index) => value - cpu[index]!),
  floorSyncMs: floor?.syncMs ?? [],
  floorAsyncMs: floor?.asyncMs ?? [],
};
console.log(JSON.stringify(answer));

async function measureFloor(one: AppendFloor): Promise<void> {
  await one.measure(block);
  endedAt = performance.now();
}
