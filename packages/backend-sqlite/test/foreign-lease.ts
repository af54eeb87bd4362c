// What trials do to a run of another process, behind the backend's back. Needs no test runner.
import Driver from 'better-sqlite3';
import { sealed } from '../src/run-row.ts';
import type { RunRow } from '../src/statements.ts';

/** As if the last renewal of a run's lease were so much longer ago. */
export function ageLease(file: string, run: string, ms: number): void {
  const db = new Driver(file, { timeout: 1_000 });
  try {
    const row = db.prepare<[string], RunRow>('SELECT * FROM runs WHERE id = ?').get(run)!;
    const { touched_at, crc, number } = sealed({ ...row, touched_at: row.touched_at - ms });
    db.prepare('UPDATE runs SET touched_at = ?, crc = ? WHERE number = ?').run(touched_at, crc, number);
  } finally {
    db.close();
  }
}

/** Whether a process is in the midst of writing: stopped there, it would keep everybody else from it. */
export function isBeingWritten(file: string): boolean {
  const db = new Driver(file, { timeout: 0 });
  try {
    db.exec('BEGIN IMMEDIATE; ROLLBACK');
    return false;
  } catch (error) {
    if (error instanceof Driver.SqliteError && error.code === 'SQLITE_BUSY') return true;
    throw error;
  } finally {
    db.close();
  }
}
