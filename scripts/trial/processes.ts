import { readFileSync, readdirSync } from 'node:fs';

export interface FoundProcess {
  readonly pid: number;
  readonly commandLine: string;
}

/** The variable that a loop puts into the environment of orch: all that comes of it has it. */
export const trialVariable = 'ORCH_TRIAL';

/** Living processes that came of a loop. */
export function processesOfTrial(trial: string): FoundProcess[] {
  return find((environment) => environment.includes(`${trialVariable}=${trial}`));
}

/** Living processes that belong to attempts, as orch itself marks them: by their keys in `ORCH_LINEAGE`. */
export function processesOfAttempts(keys: readonly string[]): FoundProcess[] {
  return find((environment) => {
    const lineage = environment.find((entry) => entry.startsWith('ORCH_LINEAGE='));
    return lineage !== undefined && keys.some((key) => lineage.includes(key));
  });
}

/** Waits for what is about to end, and answers with what stays. */
export async function remaining(look: () => FoundProcess[], waitMs = 1000): Promise<FoundProcess[]> {
  const until = performance.now() + waitMs;
  for (;;) {
    const found = look();
    if (found.length === 0 || performance.now() > until) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Whether there was something to kill. */
export function killHard(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

export function belongsToTrial(pid: number, trial: string): boolean {
  return environmentOf(pid).includes(`${trialVariable}=${trial}`);
}

function find(matches: (environment: readonly string[]) => boolean): FoundProcess[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid)
    .filter((pid) => matches(environmentOf(pid)) && isLiving(pid))
    .map((pid) => ({ pid, commandLine: readProc(pid, 'cmdline').replaceAll('\0', ' ').trim().slice(0, 160) }));
}

/** A zombie is dead: nobody has asked for its end yet. */
function isLiving(pid: number): boolean {
  const state = /\) (\S)/.exec(readProc(pid, 'stat'))?.[1];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

function environmentOf(pid: number): readonly string[] {
  return readProc(pid, 'environ').split('\0');
}

/** Empty where the process is gone, or not ours to see. */
function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}
