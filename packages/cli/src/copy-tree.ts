import { lstatSync, mkdirSync, readdirSync, readlinkSync, symlinkSync, utimesSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Copying {
  readonly unreadable: string[];
  readonly signal: AbortSignal;
}

/**
 * Copies a folder that may change meanwhile, and answers with what of it may not be read. A link stays what it was written as:
 * one within the folder must not lead back into it. Pipes and sockets are left out, and so is what goes meanwhile. Rejects
 * after the file it is at once the signal is aborted.
 */
export async function copyTree(from: string, to: string, signal: AbortSignal): Promise<readonly string[]> {
  const unreadable: string[] = [];
  await copyInto(from, to, { unreadable, signal });
  return unreadable;
}

async function copyInto(from: string, to: string, copying: Copying): Promise<void> {
  copying.signal.throwIfAborted();
  try {
    const stats = lstatSync(from, { throwIfNoEntry: false });
    if (stats === undefined) return;
    if (stats.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
    else if (stats.isFile()) await copyOne(from, to, stats);
    else if (stats.isDirectory()) {
      const names = readdirSync(from);
      // Its owner may write into it, or nothing could be put there.
      mkdirSync(to, { recursive: true, mode: stats.mode | 0o700 });
      for (const name of names) await copyInto(join(from, name), join(to, name), copying);
      utimesSync(to, stats.atime, stats.mtime);
    }
  } catch (error) {
    if (copying.signal.aborted) throw error;
    const { code, path } = error as NodeJS.ErrnoException;
    if (path !== from || !(code === 'ENOENT' || code === 'EACCES' || code === 'EPERM')) throw error;
    if (code !== 'ENOENT') copying.unreadable.push(from);
  }
}

async function copyOne(from: string, to: string, { atime, mtime }: Stats): Promise<void> {
  await copyFile(from, to);
  utimesSync(to, atime, mtime);
}
