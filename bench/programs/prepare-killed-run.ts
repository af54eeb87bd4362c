// Makes the state of a run that was killed with all phases finished but the last, which had begun.
// node prepare-killed-run.ts FINISHED json|sqlite|redis ADDRESS
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Orchestrator } from '@orch/core';
import { parseBackendKind } from '../../scripts/trial/backend-kind.ts';
import type { BackendKind } from '../../scripts/trial/backend-kind.ts';
import { backendAt } from './backend-at.ts';
import { chainOf } from './workflows.ts';

/** @param address as `backendAt` has it */
export async function prepareKilledRun(finished: number, kind: BackendKind, address: string): Promise<void> {
  const child = spawn(process.execPath, [import.meta.filename, String(finished), kind, address], { stdio: 'inherit' });
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (signal !== 'SIGKILL') throw new Error(`The run to be killed ended with ${code ?? signal}.`);
}

if (import.meta.main) {
  const finished = Number(process.argv[2]);
  const backend = await backendAt(parseBackendKind(process.argv[3]), String(process.argv[4]));
  const flow = chainOf(finished + 1, (index) => {
    if (index === finished) process.kill(process.pid, 'SIGKILL');
    return undefined;
  });
  await new Orchestrator({ backend }).execute(flow, { runId: 'killed' }).result();
}
