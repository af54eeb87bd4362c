import { existsSync, statSync } from 'node:fs';
import type { OrchError } from '@orch/core/author';
import { damagedFile, foreign, isSqliteError, newer, unavailable } from './damage.ts';
import type { Database, OpenDatabase } from './driver.ts';
import { checkPlace, FilesInPlace } from './place.ts';
import { applicationId, formatOf, migrate, migrations } from './schema.ts';
import { prepareStatements } from './statements.ts';
import type { Statements } from './statements.ts';

/** FULL: on stable storage when a transaction ends. NORMAL: with the next one that is. */
export type Durability = 'FULL' | 'NORMAL';

const levels = { FULL: 2, NORMAL: 1 } as const;

/** Of a backup, in one step: 4 MiB. */
const portionPages = 1_024;

/** An open database, with what is asked of it prepared once. */
export class Connection {
  readonly file: string;
  readonly statements: Statements;
  /** Why nothing in it may be changed: its structure is damaged. */
  readonly damage: OrchError | undefined;
  readonly #db: Database;
  readonly #inPlace: FilesInPlace;
  #durability: Durability = 'FULL';

  /**
   * Opens a file that is there, makes it one of this format, and looks whether its structure is whole. Throws
   * `SQLITE_BUSY` where somebody else does so at this moment.
   */
  constructor(file: string, openDatabase: OpenDatabase) {
    this.file = file;
    checkPlace(file);
    this.#db = openDatabase(file);
    try {
      prepareFile(this.#db, file);
      this.damage = structuralDamage(this.#db, file);
      this.statements = prepareStatements(this.#db);
      this.#inPlace = new FilesInPlace(file);
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  /** Everything that `task` does, or nothing of it. Answers once it is written. */
  transaction<Result>(durability: Durability, task: () => Result): Result {
    this.#setDurability(durability);
    const { begin, commit, rollback } = this.statements;
    begin.run();
    try {
      const result = task();
      commit.run();
      return result;
    } catch (error) {
      if (this.#db.inTransaction) rollback.run();
      throw error;
    }
  }

  isInPlace(): boolean {
    return this.#inPlace.areThere();
  }

  /** Brings what stands in the write-ahead log into the file, as far as nobody else is in the way. */
  checkpoint(mode: 'PASSIVE' | 'TRUNCATE'): void {
    try {
      this.#db.pragma(`wal_checkpoint(${mode})`);
    } catch (error) {
      // It stands in the log as well as it did before.
      if (!isSqliteError(error)) throw error;
    }
  }

  /** Every page and index. Answers with what is wrong. */
  integrityCheck(): readonly string[] {
    return problems(this.#db, 'integrity_check(100)');
  }

  /** From here on it reads what there is at this moment, whatever others commit, until it is closed. */
  beginReading(): void {
    // There is one after a try at which somebody else had the file locked.
    if (!this.#db.inTransaction) this.#db.exec('BEGIN');
    // SQLite takes the moment of the first read.
    this.#db.exec('SELECT 1 FROM sqlite_schema');
  }

  /**
   * Writes all of it into another file, in portions; `between` may end that by throwing. After `beginReading`: else it
   * would begin anew at each commit of another process.
   */
  async backup(target: string, between: () => void): Promise<void> {
    await this.#db.backup(target, {
      progress: () => {
        between();
        return portionPages;
      },
    });
  }

  close(): void {
    this.#db.close();
  }

  #setDurability(durability: Durability): void {
    if (durability === this.#durability) return;
    // Not a prepared statement: SQLite changes it when such a one is compiled, not when it runs.
    setSynchronous(this.#db, this.file, durability);
    this.#durability = durability;
  }
}

function prepareFile(db: Database, file: string): void {
  // In one transaction: a process that makes its tables in between is no other program.
  const { format, application, isEmpty } = db.transaction(() => ({
    format: formatOf(db),
    application: db.pragma('application_id', { simple: true }),
    isEmpty: db.prepare('SELECT 1 FROM sqlite_schema').get() === undefined,
  }))();
  const isNew = format === 0 && application === 0 && isEmpty;
  if (!isNew && application !== applicationId) throw foreign(file);
  if (format > migrations.length) throw newer(file, format);
  setPragmas(db, file);
  migrate(db);
}

/** The driver opens a database of this kind at NORMAL, so both are set, and read back, on every connection. */
function setPragmas(db: Database, file: string): void {
  const mode = db.pragma('journal_mode = WAL', { simple: true });
  db.pragma('cell_size_check = ON');
  db.pragma('trusted_schema = OFF');
  // A log that one large transaction made long is cut again.
  db.pragma('journal_size_limit = 8388608');
  if (mode !== 'wal') throw refusedPragma(file, `journal_mode ${String(mode)}, not wal`);
  setSynchronous(db, file, 'FULL');
}

function setSynchronous(db: Database, file: string, durability: Durability): void {
  db.pragma(`synchronous = ${durability}`);
  const found = db.pragma('synchronous', { simple: true });
  if (found !== levels[durability])
    throw refusedPragma(file, `synchronous ${String(found)}, not ${levels[durability]} (${durability})`);
}

function refusedPragma(file: string, what: string): OrchError {
  return unavailable(
    `SQLite keeps ${file} with ${what}.`,
    'Keep the file on a local disk, where SQLite can have its write-ahead log.',
  );
}

/**
 * Every page; and the indexes by which a run or a message is found, which `quick_check` does not compare with their
 * tables: a run must not seem to be unknown because of a byte there.
 */
const checks = ['quick_check(1)', 'integrity_check(runs)', 'integrity_check(messages)'];

function structuralDamage(db: Database, file: string): OrchError | undefined {
  for (const check of checks)
    for (const problem of problems(db, check)) return damagedFile(file, `${check} says "${problem}"`);
  return undefined;
}

function problems(db: Database, check: string): readonly string[] {
  try {
    const rows = db.pragma(check) as readonly Record<string, string>[];
    return rows.flatMap((row) => Object.values(row)).filter((line) => line !== 'ok');
  } catch (error) {
    if (isSqliteError(error, 'SQLITE_CORRUPT')) return [error.message];
    throw error;
  }
}

/** The modes of the files of a database, where they let others in. */
export function openToOthers(file: string): readonly string[] {
  return [file, `${file}-wal`, `${file}-shm`].filter((name) => existsSync(name) && (statSync(name).mode & 0o077) !== 0);
}
