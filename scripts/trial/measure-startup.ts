import { randomUUID } from 'node:crypto';
import type { TrialWorkload } from './kill-runs.ts';
import { OrchProcess } from './orch-process.ts';
import type { OrchProgram } from './orch-process.ts';
import { processesOfTrial, killHard } from './processes.ts';

/** From the start of orch to its first line, so that instants to kill it can be chosen around that. */
export async function measureStartup(program: OrchProgram, workload: TrialWorkload): Promise<number> {
  const trial = randomUUID();
  const orch = new OrchProcess({ program, folder: workload.prepare(), trial }, ['execute', 'plan.json']);
  await Promise.race([orch.nextCompletion(), orch.ended]);
  orch.kill();
  const { stderr } = await orch.ended;
  for (const { pid } of processesOfTrial(trial)) killHard(pid);
  if (orch.firstLineMs === undefined) throw new Error(`orch could not start: ${stderr}`);
  return orch.firstLineMs;
}
