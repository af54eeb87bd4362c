import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { statsOf } from './stats-of.ts';

/** Where the search of a program came to. */
export type FoundProgram =
  | { readonly path: string }
  | { readonly problem: 'not-found' | 'not-executable' | 'is-folder' };

/** Where shells look when PATH is not set. */
const standardPath = '/usr/bin:/bin';

/**
 * Finds a program as a shell does: a name with a slash is a path from `cwd`, any other is looked for in each folder of
 * `path`. The answer has a slash: a bare word would be taken for a builtin of the wrapper.
 */
export function findProgram(
  program: string,
  { path, cwd }: { readonly path: string | undefined; readonly cwd: string },
): FoundProgram {
  if (program.includes('/')) return look(program, cwd);
  let seen: FoundProgram = { problem: 'not-found' };
  for (const folder of (path ?? standardPath).split(':')) {
    const found = look(`${folder === '' ? '.' : folder}/${program}`, cwd);
    if ('path' in found) return found;
    if (found.problem === 'not-executable') seen = found;
  }
  return seen;
}

function look(path: string, cwd: string): FoundProgram {
  const absolute = resolve(cwd, path);
  // A folder that may not be searched, a circle of links: a shell goes on to the next folder too.
  const stats = statsOf(absolute);
  if (stats === undefined) return { problem: 'not-found' };
  if (stats.isDirectory()) return { problem: 'is-folder' };
  return stats.isFile() && isExecutable(absolute) ? { path } : { problem: 'not-executable' };
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
