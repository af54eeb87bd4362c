// Runs of layered function phases on a backend, one after another in one process.
// node layers.ts PHASES RUNS WARM-UP-PHASES FOLDER json|sqlite|redis [tapped]
import { Orchestrator } from '@orch/core';
import { parseBackendKind } from '../../scripts/trial/backend-kind.ts';
import { openPlace } from './chain-place.ts';
import { tapEverything } from './tap-everything.ts';
import type { TapCalls } from './tap-everything.ts';
import { layersOf } from './workflows.ts';

export interface LayersAnswer {
  readonly completed: number;
  /** Of all runs together, the warm-up left out. */
  readonly cpuMs: number;
  /** How often the taps were called, the warm-up left out; zeros unless all hooks are tapped. */
  readonly calls: TapCalls;
}

const [phases, runs, warmUp] = process.argv.slice(2, 5).map(Number) as [number, number, number];
await using place = await openPlace(parseBackendKind(process.argv[6]), String(process.argv[5]));
const { plugin, calls } = tapEverything();
const orchestrator = new Orchestrator({
  backend: place.backend,
  plugins: process.argv[7] === 'tapped' ? [plugin] : [],
});

let completed = 0;
if (warmUp > 0) await run(warmUp);
completed = 0;
for (const name of Object.keys(calls) as (keyof TapCalls)[]) calls[name] = 0;
const before = process.cpuUsage();
for (let index = 0; index < runs; index++) await run(phases);
const { user, system } = process.cpuUsage(before);
await orchestrator.close();
const answer: LayersAnswer = { completed, cpuMs: (user + system) / 1000, calls };
console.log(JSON.stringify(answer));

async function run(size: number): Promise<void> {
  let done = 0;
  const { status } = await orchestrator.execute(layersOf(size, () => void done++)).result();
  if (status === 'completed') completed += done;
}
