// Begins a run, or goes on with it where there is one, and ends when its first phase begins.
// node take-up.ts FINISHED FOLDER
import { jsonBackend } from '@orch/backend-json';
import { Orchestrator } from '@orch/core';
import { chainOf } from './workflows.ts';

export interface TakeUpAnswer {
  /** From the call to the first phase. */
  readonly callMs: number;
  /** Its number. */
  readonly phase: number;
}

const [finished, folder] = [Number(process.argv[2]), String(process.argv[3])];
let calledAt = 0;
const flow = chainOf(finished + 1, (phase) => {
  const answer: TakeUpAnswer = { callMs: performance.now() - calledAt, phase };
  process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0));
  return new Promise(() => {});
});
const orchestrator = new Orchestrator({ backend: jsonBackend(folder) });
calledAt = performance.now();
await orchestrator.execute(flow, { runId: 'killed' }).result();
