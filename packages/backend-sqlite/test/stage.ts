import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOrchError } from '@orch/core/author';
import type { OrchError } from '@orch/core/author';
import Driver from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { Subject } from '../../testkit/src/conformance/subject.ts';
import { busyTimeoutMs } from '../src/driver.ts';
import type { Database, OpenDatabase } from '../src/driver.ts';
import type { SqliteBackendOptions } from '../src/options.ts';
import { makeSqliteBackend } from '../src/sqlite-backend.ts';

/** A file that is not there yet, in a folder that is not there either. */
export function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'backend-sqlite-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'state', 'orch.db');
}

/** What one process has of a file. Closed when the test ends. */
export async function opened(
  file: string,
  options: SqliteBackendOptions = {},
  openDatabase?: OpenDatabase,
): Promise<Subject> {
  const backend = makeSqliteBackend(file, options, openDatabase);
  onTestFinished(() => backend.close());
  await backend.open();
  return new Subject({ backend, cleanup: () => undefined });
}

export interface Witness {
  /** Each connection that was opened. */
  readonly databases: Database[];
  /** Statements, in order. */
  readonly said: string[];
  readonly openDatabase: OpenDatabase;
}

/** Opens databases as the backend does, and keeps what is done with them. */
export function witness(change: (db: Database) => void = () => undefined): Witness {
  const databases: Database[] = [];
  const said: string[] = [];
  const openDatabase = (file: string): Database => {
    const db = new Driver(file, { timeout: busyTimeoutMs, verbose: (sql) => void said.push(String(sql)) });
    databases.push(db);
    change(db);
    return db;
  };
  return { databases, said, openDatabase };
}

/** Another program at the file. */
export function visitor(file: string): Database {
  const db = new Driver(file, { timeout: 1_000 });
  onTestFinished(() => void db.close());
  return db;
}

/** What another program does to the file; it stands there when this answers. */
export function edit(file: string, sql: string): void {
  const db = new Driver(file, { timeout: 1_000 });
  try {
    db.exec(sql);
  } finally {
    db.close();
  }
}

/** The error that a call rejects with. */
export async function refusal(call: Promise<unknown>): Promise<OrchError> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (isOrchError(error)) return error;
  throw new Error(`expected an error of orch, not ${String(error)}`);
}
