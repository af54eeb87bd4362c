import type BetterSqlite3 from 'better-sqlite3';

export type Database = BetterSqlite3.Database;
export type Statement<Parameters extends unknown[], Row = unknown> = BetterSqlite3.Statement<Parameters, Row>;

/**
 * How long SQLite itself waits for a lock, in milliseconds. It blocks the event loop meanwhile, so that longer waiting is
 * done in `patience.ts`.
 */
export const busyTimeoutMs = 20;

export type OpenDatabase = (file: string) => Database;

/** Loaded when a backend is opened: the driver costs some 30 ms. */
export async function loadDriver(): Promise<OpenDatabase> {
  const { default: Driver } = await import('better-sqlite3');
  return (file) => new Driver(file, { fileMustExist: true, timeout: busyTimeoutMs });
}
