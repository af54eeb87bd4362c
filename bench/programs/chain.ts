// A chain of function phases on the JSON backend, flushed at each. Says when each phase began.
// node chain.ts PHASES FOLDER
import { jsonBackend } from '@orch/backend-json';
import { Orchestrator } from '@orch/core';
import { chainOf } from './workflows.ts';

export interface ChainAnswer {
  readonly completed: number;
  /** From the start of a phase to the start of the next. */
  readonly intervalsMs: readonly number[];
  /** Of each fifth of the chain. */
  readonly fifthsCpuMs: readonly number[];
}

const [phases, folder] = [Number(process.argv[2]), String(process.argv[3])];
const stamps: number[] = [];
const cpu: number[] = [];
const fifth = phases / 5;

const flow = chainOf(phases, () => {
  if (stamps.length % fifth === 0) cpu.push(cpuMs());
  stamps.push(performance.now());
  return undefined;
});
const orchestrator = new Orchestrator({ backend: jsonBackend(folder) });
const { status } = await orchestrator.execute(flow).result();
cpu.push(cpuMs());
await orchestrator.close();

const answer: ChainAnswer = {
  completed: status === 'completed' ? stamps.length : 0,
  intervalsMs: stamps.slice(1).map((stamp, index) => stamp - stamps[index]!),
  fifthsCpuMs: cpu.slice(1).map((value, index) => value - cpu[index]!),
};
console.log(JSON.stringify(answer));

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
