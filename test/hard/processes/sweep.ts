import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import {
  killHard,
  processesOfAttempts,
  processesOfTrial,
  remaining,
  trialVariable,
} from '../../../scripts/trial/processes.ts';
import type { FoundProcess } from '../../../scripts/trial/processes.ts';

export { trialVariable };

/** What a test looks for when it is over. */
export interface Swept {
  /** The value of {@link trialVariable} in the environment of all that comes of the test. */
  readonly trial: string;
  /** The test's own folder, by its real path. */
  readonly folder: string;
  /** Of the attempts that the test made. */
  readonly keys: readonly string[];
}

/** Where a survivor was found, and what it is. */
export type Survivor = FoundProcess & { readonly by: 'trial' | 'key' | 'folder' };

/**
 * Living processes of a test, found by three means, none of them the plugin's own: the variable that the test puts into
 * the environment, the keys of attempts in the lineage, and whoever stands in the test's folder or writes to a file in
 * it. Processes about to end are waited for.
 *
 * @param waitMs for each of the three
 */
export async function survivors({ trial, folder, keys }: Swept, waitMs = 1_000): Promise<readonly Survivor[]> {
  const looks: readonly [Survivor['by'], () => FoundProcess[]][] = [
    ['trial', () => processesOfTrial(trial)],
    ['key', () => processesOfAttempts(keys)],
    ['folder', () => processesIn(folder)],
  ];
  const found: Survivor[] = [];
  for (const [by, look] of looks) for (const it of await remaining(look, waitMs)) found.push({ ...it, by });
  return found;
}

/** Kills what is there, so that a test which failed leaves nothing to the next one. */
export async function sweepAway(swept: Swept): Promise<void> {
  for (const { pid } of await survivors(swept)) killHard(pid);
}

/** Keys of all attempts in the journals of a state folder. */
export function attemptKeysIn(stateFolder: string): readonly string[] {
  const keys = new Set<string>();
  for (const name of namesUnder(join(stateFolder, 'runs'))) {
    if (!/^journal-\d+$/.test(name.slice(name.lastIndexOf('/') + 1))) continue;
    for (const [, key = ''] of readFileSync(join(stateFolder, 'runs', name), 'latin1').matchAll(/"key":"([^"]+)"/g))
      keys.add(key);
  }
  return [...keys];
}

function namesUnder(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function processesIn(folder: string): FoundProcess[] {
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    const stands = ['cwd', 'fd/1', 'fd/2'].some((link) => isWithin(folder, linkOf(`/proc/${pid}/${link}`)));
    return stands ? [{ pid, commandLine: commandLineOf(pid) }] : [];
  });
}

function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** Empty where the process is gone or a zombie: it stands nowhere. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path).replace(/ \(deleted\)$/, '');
  } catch {
    return '';
  }
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}
