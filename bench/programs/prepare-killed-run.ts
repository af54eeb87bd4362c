// Makes the state of a run that was killed with all phases finished but the last, which had begun.
// node prepare-killed-run.ts FINISHED FOLDER
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { jsonBackend } from '@orch/backend-json';
import { Orchestrator } from '@orch/core';
import { chainOf } from './workflows.ts';

/** Answers with the folder. */
export async function prepareKilledRun(finished: number, folder: string): Promise<string> {
  const child = spawn(process.execPath, [import.meta.filename, String(finished), folder], { stdio: 'inherit' });
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (signal !== 'SIGKILL') throw new Error(`The run to be killed ended with ${code ?? signal}.`);
  return folder;
}

if (import.meta.main) {
  const [finished, folder] = [Number(process.argv[2]), String(process.argv[3])];
  const flow = chainOf(finished + 1, (index) => {
    if (index === finished) process.kill(process.pid, 'SIGKILL');
    return undefined;
  });
  await new Orchestrator({ backend: jsonBackend(folder) }).execute(flow, { runId: 'killed' }).result();
}
