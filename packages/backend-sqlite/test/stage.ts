import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend, Commit, Fence, RunEvent, RunSummary, StoredRunStatus, Taking } from '@orch/core/author';
import Driver from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { busyTimeoutMs } from '../src/driver.ts';
import type { Database, OpenDatabase } from '../src/driver.ts';
import { makeSqliteBackend } from '../src/sqlite-backend.ts';
import type { SqliteBackendOptions } from '../src/sqlite-backend.ts';

/** Another program at the file: what it does stands there when it answers. */
export function edit(file: string, sql: string): void {
  const db = new Driver(file, { timeout: 1_000 });
  try {
    db.exec(sql);
  } finally {
    db.close();
  }
}
