// Runs of layered function phases on the JSON backend, one after another in one process.
// node layers.ts PHASES RUNS WARM-UP-PHASES FOLDER
import { jsonBackend } from '@orch/backend-json';
import { Orchestrator } from '@orch/core';
import { layersOf } from './workflows.ts';

export interface LayersAnswer {
  readonly completed: number;
  /** Of all runs together, the warm-up left out. */
  readonly cpuMs: number;
}

const [phases, runs, warmUp] = process.argv.slice(2, 5).map(Number) as [number, number, number];
const orchestrator = new Orchestrator({ backend: jsonBackend(String(process.argv[5])) });

let completed = 0;
if (warmUp > 0) await run(warmUp);
completed = 0;
const before = process.cpuUsage();
for (let index = 0; index < runs; index++) await run(phases);
const { user, system } = process.cpuUsage(before);
await orchestrator.close();
const answer: LayersAnswer = { completed, cpuMs: (user + system) / 1000 };
console.log(JSON.stringify(answer));

async function run(size: number): Promise<void> {
  let done = 0;
  const { status } = await orchestrator.execute(layersOf(size, () => void done++)).result();
  if (status === 'completed') completed += done;
}
