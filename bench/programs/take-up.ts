// Begins a run, or recovers it, and ends when the first phase begins.
// node take-up.ts execute|recover FINISHED json|sqlite|redis ADDRESS
import { Orchestrator } from '@orch/core';
import { parseBackendKind } from '../../scripts/trial/backend-kind.ts';
import { backendAt } from './backend-at.ts';
import { cpuMs } from './cpu-time.ts';
import { chainOf } from './workflows.ts';

export interface TakeUpAnswer {
  /** To load the package of the backend, with all that it loads at once. */
  readonly loadMs: number;
  /** From the call to the first phase. */
  readonly callMs: number;
  /** The same in CPU time of this process. */
  readonly callCpuMs: number;
  /** Pages of memory that it touched first meanwhile. */
  readonly newPages: number;
  /** Its number. */
  readonly phase: number;
}

const [call, finished] = [process.argv[2], Number(process.argv[3])];
const loadedFrom = performance.now();
const backend = await backendAt(parseBackendKind(process.argv[4]), String(process.argv[5]));
const loadMs = performance.now() - loadedFrom;
const runId = 'killed';
let calledAt = 0;
let calledAtCpu = 0;
let pagesAtCall = 0;
const flow = chainOf(finished + 1, (phase) => {
  const callMs = performance.now() - calledAt;
  const taken = { callMs, callCpuMs: cpuMs() - calledAtCpu, newPages: pages() - pagesAtCall };
  const answer: TakeUpAnswer = { loadMs, ...taken, phase };
  process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0));
  return new Promise(() => {});
});
const orchestrator = new Orchestrator({ backend });
pagesAtCall = pages();
calledAtCpu = cpuMs();
calledAt = performance.now();
await (
  call === 'recover' ? orchestrator.recover(runId, { workflow: flow }) : orchestrator.execute(flow, { runId })
).result();

function pages(): number {
  return process.resourceUsage().minorPageFault;
}
