import { closeSync, existsSync, fdatasyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { randomIds } from '@orch/core/author';
import { Connection } from './connection.ts';
import { asOrchError, unavailable } from './damage.ts';
import { loadDriver } from './driver.ts';
import type { SqliteBackupOptions } from './options.ts';
import { patiently } from './patience.ts';
import { databasePath } from './place.ts';

/**
 * Writes all runs of a SQLite file into a new one, as they are at one moment, by SQLite's own backup. Runs may be driven
 * meanwhile: the new file has what they had committed by then. The event loop goes on between portions of 4 MiB.
 *
 * Rejects with `ORCH_BACKEND_UNAVAILABLE` where there is no such file, where the target is there already, or where SQLite
 * or the file system refuses; with `ORCH_JOURNAL_DAMAGED` or `ORCH_JOURNAL_NEWER` as the backend does; with the reason of
 * the signal once that is aborted.
 *
 * @param target Made for this user only (mode 0600), whole or not at all. One that is killed leaves `TARGET.new-…`.
 * @example
 * await backupSqlite('.orch/orch.db', '/srv/backup/monday.db');
 */
export async function backupSqlite(
  file: string,
  target: string,
  { signal, onWriting }: SqliteBackupOptions = {},
): Promise<void> {
  const from = databasePath(file);
  const to = databasePath(target);
  if (!existsSync(from))
    throw unavailable(`There is no file ${from}.`, 'No run was kept in it yet, or it is another file.');
  refuseThere(to);
  // Of its own: two at once would write into one file, and each would remove that of the other.
  const draft = `${to}.new-${randomIds.random()}`;
  const openDatabase = await loadDriver();
  try {
    const connection = await patiently({ file: from, lockWaitMs }, () => new Connection(from, openDatabase));
    try {
      if (connection.damage !== undefined) throw connection.damage;
      onWriting?.();
      await patiently({ file: from, lockWaitMs }, () => connection.beginReading());
      await writeDraft(connection, draft, signal);
    } finally {
      connection.close();
    }
    // Another one may have been quicker.
    refuseThere(to);
    renameSync(draft, to);
  } catch (error) {
    rmSync(draft, { force: true });
    throw asOrchError(error, from);
  }
}

async function writeDraft(connection: Connection, draft: string, signal: AbortSignal | undefined): Promise<void> {
  const descriptor = openSync(draft, 'wx', 0o600);
  try {
    await connection.backup(draft, () => {
      signal?.throwIfAborted();
      // SQLite flushes at the end only: all of a large file at once, while nobody could stop it.
      fdatasyncSync(descriptor);
    });
    signal?.throwIfAborted();
  } finally {
    // Not before SQLite has closed it: that would end the locks it has.
    closeSync(descriptor);
  }
}

function refuseThere(file: string): void {
  if (existsSync(file)) throw unavailable(`${file} is there already.`, 'Name a file that does not exist yet.');
}

const lockWaitMs = 30_000;
