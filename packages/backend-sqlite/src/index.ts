import { optionKinds, refuseOptions, refuseValue } from '@orch/core/author';
import type { Backend, KnownOptions } from '@orch/core/author';
import type { SqliteBackendOptions, SqliteBackupOptions } from './options.ts';
import { makeSqliteBackend } from './sqlite-backend.ts';

export { backupSqlite } from './backup.ts';
export type { SqliteBackendOptions, SqliteBackupOptions };

/**
 * Keeps runs in one SQLite file on a local disk, for many runs and several processes of one machine. The file is made with
 * the first run; SQLite keeps `<file>-wal` and `<file>-shm` beside it while it is in use.
 *
 * Rejects with `ORCH_BACKEND_UNAVAILABLE` where the place is unfit (a network file system, no access), the disk is full or
 * another program keeps the file locked, with `ORCH_JOURNAL_DAMAGED` or `ORCH_JOURNAL_TRUNCATED` where a journal is not
 * what was written, and with `ORCH_JOURNAL_NEWER` where a later release wrote the file.
 *
 * @throws `ORCH_OPTION_INVALID` where the file is no text, or there is no such option.
 * @param file Usually `.orch/orch.db`. Made for this user only (mode 0600), its folder with mode 0700.
 * @example
 * const orch = new Orchestrator({ backend: sqliteBackend('.orch/orch.db') });
 */
export function sqliteBackend(file: string, options: SqliteBackendOptions = {}): Backend {
  refuseValue('sqliteBackend: file', file, optionKinds.text, "As in sqliteBackend('.orch/orch.db').");
  refuseOptions('sqliteBackend', options, knownOptions);
  return makeSqliteBackend(file, options);
}

const knownOptions: KnownOptions<SqliteBackendOptions> = {
  lockWaitMs: optionKinds.milliseconds,
  idleMs: optionKinds.milliseconds,
};
