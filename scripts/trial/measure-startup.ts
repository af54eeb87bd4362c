import { randomUUID } from 'node:crypto';
import { killBeside } from './commands.ts';
import type { Tried } from './trial-workload.ts';
import { OrchProcess } from './orch-process.ts';
import type { OrchPlace } from './orch-process.ts';

/** From the start of orch to its first line, so that instants to kill it can be chosen around that. */
export async function measureStartup(tried: Tried): Promise<number> {
  // The first one may compile, which all others need not.
  await startOnce(tried);
  return await startOnce(tried);
}

async function startOnce({ program, workload, backend }: Tried): Promise<number> {
  const place: OrchPlace = { program, folder: workload.prepare(), trial: randomUUID(), backend };
  const orch = new OrchProcess(place, ['execute', 'plan.json']);
  await Promise.race([orch.nextCompletion(), orch.ended]);
  orch.kill();
  const { stderr } = await orch.ended;
  killBeside('tree', place);
  if (orch.firstLineMs === undefined) throw new Error(`orch could not start: ${stderr}`);
  return orch.firstLineMs;
}
