import { lstatSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { orchError } from '@orch/core/author';
import { tracer } from '../tracer.ts';
import { harmless, shellWord } from '../view/text.ts';
import { putInForce } from './config-in-force.ts';

const names = ['orch.config.mts', 'orch.config.json'] as const;

/** What the command line says: a file, `false` for none, nothing for the one that is found. */
export type ConfigChoice = string | false | undefined;

/** Finds the config of this process and has it read. Where there is none, it costs a few looks at folders. */
export async function loadConfig(choice: ConfigChoice): Promise<void> {
  if (choice === false) return putInForce({ flag: ' --no-config' });
  const file = choice === undefined ? findConfig() : named(choice);
  if (file === undefined) return;
  tracer()?.note(`orch.config in force: ${file}`);
  const { readConfig } = await import('./read-config.ts');
  const flag = choice === undefined ? '' : ` --config ${shellWord(file)}`;
  putInForce({ config: await readConfig(file), flag });
}

function named(path: string): string {
  const file = resolve(path);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return file;
  throw orchError({
    code: 'ORCH_CONFIG_NOT_FOUND',
    message: `There is no config ${harmless(path)}.`,
    hint: 'Check the path; --no-config goes without one.',
  });
}

/**
 * From the current folder upwards: the first folder that has one counts, and the root of a git repository is the last one
 * that is looked at. What stands above it was made by somebody else, for something else.
 */
function findConfig(): string | undefined {
  for (let folder = currentFolder(); folder !== undefined; folder = above(folder)) {
    const here = names.map((name) => join(folder as string, name)).filter(isThere);
    if (here.length > 1) throw twoOf(here);
    const [file] = here;
    if (file !== undefined) {
      refuseOthers(file);
      return file;
    }
    if (isThere(join(folder, '.git'))) return undefined;
  }
  return undefined;
}

/** A working folder that was removed has none; the command itself tells of it, should it need one. */
function currentFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

function above(folder: string): string | undefined {
  return dirname(folder) === folder ? undefined : dirname(folder);
}

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // A folder that may not be looked into says nothing.
    return false;
  }
}

/** It runs code: one that another user put into a folder above, as into /tmp, must not be found by itself. */
function refuseOthers(file: string): void {
  const uid = strangerOf(file, { user: process.geteuid?.(), environment: process.env });
  if (uid === undefined) return;
  throw orchError({
    code: 'ORCH_CONFIG_OWNER',
    message: `${harmless(file)} belongs to another user (${uid}), and was found, not named: it could run their code as yours.`,
    hint: `Once you have read it: --config ${harmless(shellWord(file))}. To go without: --no-config`,
  });
}

/** Who starts orch. */
interface Starter {
  readonly user: number | undefined;
  readonly environment: NodeJS.ProcessEnv;
}

/** Who is not trusted of the owners of a file: a link to a file of mine, put there by somebody else, was their choice. */
export function strangerOf(file: string, starter: Starter): number | undefined {
  return [lstatSync(file).uid, statSync(file).uid].find((uid) => !isTrusted(uid, starter));
}

/** Root's is; that of whoever called `sudo`, too. Where there are no owners, all are. */
export function isTrusted(owner: number, { user, environment }: Starter): boolean {
  if (user === undefined || owner === user || owner === 0) return true;
  return user === 0 && String(owner) === environment['SUDO_UID'];
}

function twoOf(files: readonly string[]): Error {
  const [first = '', second = ''] = files;
  return orchError({
    code: 'ORCH_CONFIG_INVALID',
    message: `There are two configs in ${harmless(dirname(first))}: ${basename(first)} and ${basename(second)}.`,
    hint: 'Keep one of them: neither counts before the other.',
  });
}
