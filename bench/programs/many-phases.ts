// One run of many layered function phases on a backend, and what it keeps in memory. With `build` the workflow is only
// built, as the program of a caller does it.
// node --expose-gc many-phases.ts PHASES FOLDER json|sqlite|redis [build]
import { Orchestrator } from '@orch/core';
import { parseBackendKind } from '../../scripts/trial/backend-kind.ts';
import { openPlace } from './chain-place.ts';
import { cpuMs } from './cpu-time.ts';
import { layersOf } from './workflows.ts';

export interface ManyPhasesAnswer {
  /** Phases that were completed, or built. */
  readonly done: number;
  /** From building the workflow to its result, the collection of garbage for the next figure left out. */
  readonly cpuMs: number;
  /** What is in use when the last phase begins and all garbage is gone, less what was in use before the workflow was built. */
  readonly heapBytes: number;
  /** The same of the workflow alone, before it runs. */
  readonly definitionBytes: number;
}

const [phases, folder] = [Number(process.argv[2]), String(process.argv[3])];
await using place = await openPlace(parseBackendKind(process.argv[4]), folder);
const orchestrator = new Orchestrator({ backend: place.backend });
const base = heapInUse();
let [begun, heapBytes, leftOutMs] = [0, 0, 0];

const startedAt = cpuMs();
const flow = layersOf(phases, () => {
  if (++begun === phases) heapBytes = outsideTheTime(heapInUse) - base;
});
// It is made on first use.
void flow.definition;
const definitionBytes = outsideTheTime(heapInUse) - base;
const done = process.argv[5] === 'build' ? flow.definition.spec.phases.length : await execute();
const answer: ManyPhasesAnswer = {
  done,
  cpuMs: cpuMs() - startedAt - leftOutMs,
  heapBytes,
  definitionBytes,
};
await orchestrator.close();
console.log(JSON.stringify(answer));

async function execute(): Promise<number> {
  const { status } = await orchestrator.execute(flow).result();
  return status === 'completed' ? begun : 0;
}

function outsideTheTime<Result>(work: () => Result): Result {
  const from = cpuMs();
  const result = work();
  leftOutMs += cpuMs() - from;
  return result;
}

function heapInUse(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
