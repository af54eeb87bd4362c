import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { KillMode } from './judge.ts';
import type { OrchPlace } from './orch-process.ts';
import { belongsToTrial, killHard, processesOfTrial } from './processes.ts';

/** Kills what is to die beside orch, which is dead already. Answers with how many processes that were. */
export function killBeside(mode: KillMode, place: OrchPlace): number {
  switch (mode) {
    case 'orch':
      return 0;
    case 'wrappers':
      return runningWrappers(place).filter(killHard).length;
    case 'tree':
      return killTree(place);
    default:
      return mode satisfies never;
  }
}

/** Again and again, for what is killed may have started something just before. */
function killTree({ trial }: OrchPlace): number {
  const killed = new Set<number>();
  for (;;) {
    const found = processesOfTrial(trial);
    if (found.length === 0) return killed.size;
    for (const { pid } of found) if (killHard(pid)) killed.add(pid);
  }
}

/** The processes that attempts name in their `.state` files, where no exit line says that they are done. */
function runningWrappers({ folder, trial }: OrchPlace): number[] {
  return stateFiles(join(folder, '.orch')).flatMap((file) => {
    const [, pid] = /^(\d+) \S+\n$/.exec(readFileSync(file, 'utf8')) ?? [];
    return pid !== undefined && belongsToTrial(Number(pid), trial) ? [Number(pid)] : [];
  });
}

/** A folder of that name is an attempt that never started. */
function stateFiles(folder: string): string[] {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.state'))
    .map((entry) => join(entry.parentPath, entry.name));
}
