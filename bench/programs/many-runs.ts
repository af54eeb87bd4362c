// Runs of function phases on a backend, all begun at once; and, where it is told so, how long the floor took before and
// after each pass. The second pass has the code compiled.
// node many-runs.ts chains|fan FOLDER json|sqlite|redis [floor]
import { Orchestrator } from '@orch/core';
import type { Workflow } from '@orch/core';
import { parseBackendKind } from '../../scripts/trial/backend-kind.ts';
import { openPlace } from './chain-place.ts';
import { cpuMs } from './cpu-time.ts';
import { chainOf, fanOf } from './workflows.ts';

export interface ManyRunsAnswer {
  readonly passes: readonly PassAnswer[];
  /** How long each write of the floor took. */
  readonly floorMs: readonly number[];
}

export interface PassAnswer {
  /** Phases whose function was called. */
  readonly called: number;
  /** Phases that are completed by what is stored, of runs that are completed. */
  readonly stored: number;
  /** From the first call to the last result. */
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** The floor is measured so many times, around each pass. */
const block = 250;

const shape = process.argv[2] === 'fan' ? { runs: 1, flow: fanOf } : { runs: 200, flow: chainsOfFive };
await using place = await openPlace(parseBackendKind(process.argv[4]), String(process.argv[3]));
const floor = process.argv[5] === 'floor' ? await place.makeFloor() : undefined;
// As many as a run has: what one run does at once is not what is measured.
const orchestrator = new Orchestrator({ backend: place.backend, concurrency: 1_000 });

const passes: PassAnswer[] = [];
await floor?.measure(block);
for (const name of floor === undefined ? ['first'] : ['first', 'second']) {
  passes.push(await pass(name));
  await floor?.measure(block);
}
await orchestrator.close();
const answer: ManyRunsAnswer = { passes, floorMs: floor?.ms ?? [] };
console.log(JSON.stringify(answer));

async function pass(name: string): Promise<PassAnswer> {
  let called = 0;
  const flow = shape.flow(() => void called++);
  // It is made on first use, once for all runs.
  void flow.definition;
  const [startedAt, startedAtCpu] = [performance.now(), cpuMs()];
  const ids = Array.from({ length: shape.runs }, (_, index) => `${name}-${index}`);
  await Promise.all(ids.map((runId) => orchestrator.execute(flow, { runId }).result()));
  const taken = { wallMs: performance.now() - startedAt, cpuMs: cpuMs() - startedAtCpu };
  return { called, stored: await storedBy(new Set(ids)), ...taken };
}

async function storedBy(ids: ReadonlySet<string>): Promise<number> {
  let stored = 0;
  for await (const { runId, completed } of orchestrator.list({ status: 'completed' }))
    if (ids.has(runId)) stored += completed;
  return stored;
}

function chainsOfFive(run: () => void): Workflow {
  return chainOf(5, run);
}
