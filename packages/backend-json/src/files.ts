import * as fs from 'node:fs';
import { randomIds } from '@orch/core/author';
import { isSystemError } from './damage.ts';

/** The calls of `node:fs` that this backend makes. Tests hand in some that fail. */
export type Files = Pick<
  typeof fs,
  | 'accessSync'
  | 'closeSync'
  | 'fdatasync'
  | 'fdatasyncSync'
  | 'fstatSync'
  | 'fsyncSync'
  | 'ftruncateSync'
  | 'futimesSync'
  | 'linkSync'
  | 'mkdirSync'
  | 'openSync'
  | 'readSync'
  | 'readdirSync'
  | 'renameSync'
  | 'rmSync'
  | 'statSync'
  | 'unlinkSync'
  | 'writeSync'
>;

export const nodeFiles: Files = fs;

/** Short writes are real: a full disk takes a part. */
export function writeAll(files: Files, fd: number, { bytes, offset }: { bytes: Buffer; offset: number }): void {
  for (let done = 0; done < bytes.length;) {
    const written = files.writeSync(fd, bytes, done, bytes.length - done, offset + done);
    if (written === 0) throw Object.assign(new Error('write took nothing'), { code: 'EIO', syscall: 'write' });
    done += written;
  }
}

/** The bytes of an open file between two offsets, or as many of them as there are. */
export function readBetween(files: Files, fd: number, { from, to }: { from: number; to: number }): Buffer {
  const bytes = Buffer.allocUnsafe(Math.max(0, to - from));
  let done = 0;
  while (done < bytes.length) {
    const read = files.readSync(fd, bytes, done, bytes.length - done, from + done);
    if (read === 0) break;
    done += read;
  }
  return bytes.subarray(0, done);
}

/** The whole of a file; `undefined`: there is none. */
export function readFile(files: Files, path: string): Buffer | undefined {
  const fd = openIfThere(files, path);
  if (fd === undefined) return undefined;
  try {
    return readBetween(files, fd, { from: 0, to: files.fstatSync(fd).size });
  } finally {
    files.closeSync(fd);
  }
}

export function openIfThere(files: Files, path: string): number | undefined {
  try {
    return files.openSync(path, 'r');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Not `existsSync`: to that a disk that can't be read is a file that is not there. */
export function isThere(files: Files, path: string): boolean {
  return files.statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Names in a folder; none where it does not exist. */
export function namesIn(files: Files, folder: string): readonly string[] {
  try {
    return files.readdirSync(folder);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  }
}

/** A name that nobody else uses. It starts with a dot, as no run, segment or message does. */
export function temporaryName(): string {
  return `.new-${process.pid}-${randomIds.random()}`;
}

/** Where a removed run goes before its files do. */
export function removedName(): string {
  return `.removed-${process.pid}-${randomIds.random()}`;
}

export function isRemoved(name: string): boolean {
  return name.startsWith('.removed-');
}

export function isTemporary(name: string): boolean {
  return name.startsWith('.new-') || isRemoved(name);
}

/** Writes a new file, 0600, on stable storage, and leaves it open. */
export function writeNew(files: Files, path: string, ...parts: readonly Buffer[]): number {
  const fd = files.openSync(path, 'wx', 0o600);
  try {
    let offset = 0;
    for (const bytes of parts) {
      writeAll(files, fd, { bytes, offset });
      offset += bytes.length;
    }
    files.fsyncSync(fd);
  } catch (error) {
    files.closeSync(fd);
    removeIfThere(files, path);
    throw error;
  }
  return fd;
}

export function removeIfThere(files: Files, path: string): void {
  try {
    files.unlinkSync(path);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
}

export function flushFolder(files: Files, folder: string): void {
  const fd = files.openSync(folder, 'r');
  try {
    files.fsyncSync(fd);
  } finally {
    files.closeSync(fd);
  }
}

/** The name is taken already. A folder that has something in it says so in another way. */
export function isExisting(thrown: unknown): boolean {
  return isSystemError(thrown, 'EEXIST', 'ENOTEMPTY');
}
