import * as fs from 'node:fs';
import { dirname } from 'node:path';

/** What folders are made with. */
export type FolderCalls = Pick<typeof fs, 'mkdirSync' | 'statSync'>;

/**
 * Makes a folder for this user only (mode 0700), and those above it. `true`: it was not there. Node's own recursion never
 * ends where a folder is there, but nothing can be made in it, as in `/proc`.
 *
 * @param calls default: `node:fs`
 * @throws the error of the file system, as `EACCES`, or `EEXIST` where the name is that of a file
 */
export function makeFolder(path: string, calls: FolderCalls = fs): boolean {
  try {
    return makeOneFolder(path, calls);
  } catch (error) {
    const above = dirname(path);
    if (codeOf(error) !== 'ENOENT' || above === path) throw error;
    makeFolder(above, calls);
    return makeOneFolder(path, calls);
  }
}

/** The same, in a folder that is there. */
export function makeOneFolder(path: string, calls: FolderCalls = fs): boolean {
  try {
    calls.mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && calls.statSync(path).isDirectory()) return false;
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
