import { closeSync, existsSync, openSync, statSync, statfsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { makeFolder } from '@orch/core/node';
import { unavailable } from './damage.ts';

/** File systems of a network, by the numbers of Linux: several machines would not see one another's locks and memory. */
const networkFileSystems: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0x01021997, '9p'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
]);

/** The absolute path of a database. Throws `ORCH_BACKEND_UNAVAILABLE` for names that SQLite would take for something else. */
export function databasePath(file: string): string {
  const path = resolve(file);
  if (file !== '' && basename(path) !== ':memory:' && path === path.trim()) return path;
  throw unavailable(
    `${JSON.stringify(file)} cannot be the file of the SQLite backend.`,
    'Name a file, as .orch/orch.db. For runs that need not be kept, use memoryBackend() of @orch/core.',
  );
}

/** `typeOf` answers with the number of the file system that a folder lies on, and `undefined` where it can't be told. */
export function checkPlace(file: string, typeOf: (folder: string) => number | undefined = fileSystemType): void {
  const name = networkFileSystems.get(typeOf(dirname(file)) ?? 0);
  if (name === undefined) return;
  throw unavailable(
    `${file} lies on a network file system (${name}), where SQLite's write-ahead log does not work.`,
    'Keep the file on a local disk of the machine that runs orch.',
  );
}

function fileSystemType(folder: string): number | undefined {
  return process.platform === 'linux' ? statfsSync(folder).type : undefined;
}

/** Makes an empty file, for this user only: SQLite gives -wal and -shm the same mode. */
export function makeFile(file: string): void {
  const folder = dirname(file);
  if (!existsSync(folder)) makeFolder(folder);
  checkPlace(file);
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** The files of a database as they were when they were opened. */
export class FilesInPlace {
  readonly #inodes: readonly (readonly [file: string, inode: number | undefined])[];

  constructor(file: string) {
    this.#inodes = [file, `${file}-wal`].map((name) => [name, inodeOf(name)]);
  }

  /** What is written into a file that was removed, moved or replaced is lost, though SQLite does not notice. */
  areThere(): boolean {
    for (const [name, inode] of this.#inodes) if (inodeOf(name) !== inode) return false;
    return true;
  }
}

function inodeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.ino;
}
