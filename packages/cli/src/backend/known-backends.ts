import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isOrchError } from '@orch/core/author';
import { makeFolder } from '@orch/core/node';
import { say } from '../streams.ts';
import { parseBackend } from './backend-place.ts';
import type { BackendPlace } from './backend-place.ts';

/** The file beside the runs that says in which other backends there are some. */
const fileName = 'backends.json';
const lookEveryMs = 20;
const mostLooks = 100;

/** The backends that were used with a state folder, oldest first; JSON files in it are always one, and not named. */
export function knownBackends(directory: string, environment?: NodeJS.ProcessEnv): readonly BackendPlace[] {
  const names = readNames(directory);
  if (names === undefined) {
    say(`warning: ${unreadable(directory)} Runs that are kept elsewhere are found with --backend only.`);
    return [];
  }
  return names.map((name) => parse(name, directory, environment)).filter((backend) => backend !== undefined);
}

/** Remembers that a backend is used with a state folder, so that every command finds its runs. No password is written. */
export async function rememberBackend(directory: string, { name }: BackendPlace): Promise<void> {
  if (name === 'json' || readNames(directory)?.includes(name) === true) return;
  makeStateFolder(directory);
  const file = join(directory, fileName);
  const draft = `${file}.new`;
  await claim(draft);
  try {
    const names = readNames(directory);
    if (names === undefined) say(`warning: ${unreadable(directory)} ${name} was not noted in it.`);
    else {
      writeFileSync(draft, `${JSON.stringify({ format: 1, backends: [...new Set([...names, name])] }, null, 2)}\n`);
      renameSync(draft, file);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** As the JSON backend makes it: for this user only, and nothing for git. */
function makeStateFolder(directory: string): void {
  if (makeFolder(directory)) writeFileSync(join(directory, '.gitignore'), '*\n', { mode: 0o600 });
}

/** Whoever makes the draft may write: no two processes forget what the other noted. One that was killed leaves it behind. */
async function claim(draft: string): Promise<void> {
  for (let look = 1; ; look++) {
    try {
      return writeFileSync(draft, '', { flag: look > mostLooks ? 'w' : 'wx', mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      await wait(lookEveryMs);
    }
  }
}

/** `undefined`: the file is not what orch writes. It is left alone then. */
function readNames(directory: string): readonly string[] | undefined {
  let text: string;
  try {
    text = readFileSync(join(directory, fileName), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    return undefined;
  }
  try {
    const { format, backends } = JSON.parse(text) as { readonly format?: unknown; readonly backends?: unknown };
    const isOurs = format === 1 && Array.isArray(backends) && backends.every((name) => typeof name === 'string');
    return isOurs && backends.every((name) => parse(name, directory) !== undefined) ? backends : undefined;
  } catch {
    return undefined;
  }
}

function parse(name: string, directory: string, environment?: NodeJS.ProcessEnv): BackendPlace | undefined {
  try {
    return parseBackend(name, { from: fileName, directory, ...(environment === undefined ? {} : { environment }) });
  } catch (error) {
    if (isOrchError(error, 'ORCH_BACKEND_UNKNOWN')) return undefined;
    throw error;
  }
}

function unreadable(directory: string): string {
  return `${join(directory, fileName)} is not what orch wrote: repair or remove it.`;
}
