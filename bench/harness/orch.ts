import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtOrch } from '../../scripts/trial/orch-process.ts';
import { runNode, takeSample } from './sample.ts';
import type { Usage } from './sample.ts';

/** The program as it is published, as arguments of Node. */
export const orch: readonly string[] = builtOrch;

export function writePlan(folder: string, plan: object): void {
  writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan));
}

export interface Executed {
  readonly usage: Usage;
  /** Phases that its journal says are completed. */
  readonly completed: number;
}

/** Arguments of Node that execute the `plan.json` of the folder where it is started. */
export function executeArguments(options: readonly string[]): readonly string[] {
  return [...orch, 'execute', 'plan.json', '--run-id', 'bench', ...options];
}

/** Executes the `plan.json` of a folder. */
export async function executePlan(folder: string, options: readonly string[]): Promise<Executed> {
  const usage = await takeSample({
    args: executeArguments(options),
    cwd: folder,
  });
  const journal = await runNode([...orch, 'events', 'bench'], { cwd: folder, env: process.env });
  return { usage, completed: journal.match(/"type":"phase\.completed"/g)?.length ?? 0 };
}
