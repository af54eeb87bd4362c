import { copyFileSync, lstatSync, mkdirSync, readdirSync, readlinkSync, symlinkSync, utimesSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { join } from 'node:path';

/**
 * Copies a folder that may change meanwhile, and answers with what of it may not be read. A link stays what it was written as:
 * one within the folder must not lead back into it. Pipes and sockets are left out, and so is what goes meanwhile.
 */
export function copyTree(from: string, to: string): readonly string[] {
  const unreadable: string[] = [];
  copyInto(from, to, unreadable);
  return unreadable;
}

function copyInto(from: string, to: string, unreadable: string[]): void {
  try {
    const stats = lstatSync(from, { throwIfNoEntry: false });
    if (stats === undefined) return;
    if (stats.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
    else if (stats.isFile()) copyFile(from, to, stats);
    else if (stats.isDirectory()) {
      const names = readdirSync(from);
      // Its owner may write into it, or nothing could be put there.
      mkdirSync(to, { recursive: true, mode: stats.mode | 0o700 });
      for (const name of names) copyInto(join(from, name), join(to, name), unreadable);
      utimesSync(to, stats.atime, stats.mtime);
    }
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (path !== from || !(code === 'ENOENT' || code === 'EACCES' || code === 'EPERM')) throw error;
    if (code !== 'ENOENT') unreadable.push(from);
  }
}

function copyFile(from: string, to: string, { atime, mtime }: Stats): void {
  copyFileSync(from, to);
  utimesSync(to, atime, mtime);
}
