import type { Database } from './driver.ts';

/** `orch` in ASCII: tells the file from those of other programs. */
export const applicationId = 0x6f726368;

/**
 * What brings a file from one format to the next: format n is what the first n lead to. Never changed once released, only
 * added to. `docs/sqlite-format.md` says what each column means.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    workflow TEXT NOT NULL,
    status TEXT NOT NULL,
    source TEXT,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    version INTEGER NOT NULL,
    phases INTEGER NOT NULL,
    completed INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    held INTEGER NOT NULL,
    touched_at REAL NOT NULL,
    ttl_ms REAL NOT NULL,
    chain INTEGER NOT NULL,
    crc INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX runs_by_time ON runs (created_at DESC, id);
  CREATE INDEX runs_by_workflow ON runs (workflow, created_at DESC, id);
  CREATE INDEX runs_by_status ON runs (status, created_at DESC, id);
  CREATE TABLE takings (
    run INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    token TEXT NOT NULL,
    since REAL NOT NULL,
    owner TEXT NOT NULL,
    crc INTEGER NOT NULL,
    PRIMARY KEY (run, epoch)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE commits (
    id INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    chain INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE TABLE messages (
    number INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    id TEXT NOT NULL,
    body TEXT,
    crc INTEGER NOT NULL,
    UNIQUE (run, id)
  ) STRICT;
  CREATE TABLE removed (
    id TEXT PRIMARY KEY,
    epoch INTEGER NOT NULL,
    crc INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
];

/** Brings a file to the newest format, in one transaction. Another process may have done so meanwhile. */
export function migrate(db: Database, steps: readonly string[] = migrations): void {
  if (formatOf(db) === steps.length) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    for (const step of steps.slice(formatOf(db))) db.exec(step);
    db.pragma(`application_id = ${applicationId}`);
    db.pragma(`user_version = ${steps.length}`);
    db.exec('COMMIT');
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

export function formatOf(db: Database): number {
  return db.pragma('user_version', { simple: true }) as number;
}
