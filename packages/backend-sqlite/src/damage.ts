import { messageOf, orchError } from '@orch/core/author';
import type { ErrorCode, OrchError } from '@orch/core/author';

/** An error of SQLite. Told by its name: the driver is loaded only when it is needed. */
export interface SqliteError extends Error {
  /** As in `SQLITE_FULL`. */
  readonly code: string;
}

export function isSqliteError(thrown: unknown, ...prefixes: readonly string[]): thrown is SqliteError {
  if (!(thrown instanceof Error) || thrown.name !== 'SqliteError' || !('code' in thrown)) return false;
  const code = String(thrown.code);
  return prefixes.length === 0 || prefixes.some((prefix) => code.startsWith(prefix));
}

/** Somebody else has the lock: it passes by waiting. */
export function isBusy(thrown: unknown): thrown is SqliteError {
  return isSqliteError(thrown, 'SQLITE_BUSY', 'SQLITE_LOCKED', 'SQLITE_PROTOCOL');
}

const restore =
  'Nothing was changed. Copy the file with its -wal and -shm, then restore it from a backup. Other runs in it can go on.';

interface RunFinding {
  readonly file: string;
  readonly run: string;
  /** What is wrong, and after which version. */
  readonly what: string;
}

export function damaged({ file, run, what }: RunFinding): OrchError {
  return journalError('ORCH_JOURNAL_DAMAGED', file, `${file}: run ${run} is damaged: ${what}.`, restore);
}

export function truncated({ file, run, what }: RunFinding): OrchError {
  const message = `${file}: the journal of run ${run} is shorter than it once was: ${what}.`;
  return journalError(
    'ORCH_JOURNAL_TRUNCATED',
    file,
    message,
    `Commits that were acknowledged are missing. ${restore}`,
  );
}

/** Its structure is not what SQLite wrote, so no run in it can be changed. */
export function damagedFile(file: string, what: string): OrchError {
  return journalError(
    'ORCH_JOURNAL_DAMAGED',
    file,
    `${file} is damaged: ${what}.`,
    'Nothing was changed. Copy the file with its -wal and -shm, then restore it from a backup. ' +
      'Without one, `sqlite3 FILE .recover` of the SQLite command line saves what can be read.',
  );
}

export function newer(file: string, format: number): OrchError {
  return journalError(
    'ORCH_JOURNAL_NEWER',
    file,
    `${file} has format ${format}; this release reads format 1.`,
    'Use the release of orch that wrote it, or a later one.',
  );
}

export function foreign(file: string): OrchError {
  return journalError(
    'ORCH_JOURNAL_DAMAGED',
    file,
    `${file} is a SQLite file of another program, or its header is damaged.`,
    'Nothing was changed. Give the backend a file of its own, as .orch/orch.db, or restore it from a backup.',
  );
}

function journalError(code: ErrorCode, file: string, message: string, hint: string): OrchError {
  return Object.assign(orchError({ code, message, hint }), { file });
}

export function unavailable(message: string, hint: string, cause?: unknown): OrchError {
  return orchError({ code: 'ORCH_BACKEND_UNAVAILABLE', message, hint, ...(cause === undefined ? {} : { cause }) });
}

export function locked(file: string, waitedMs: number, cause: unknown): OrchError {
  return unavailable(
    `${file} has been locked for ${waitedMs} ms.`,
    'Another program keeps a transaction open on it: end that. Nothing acknowledged is lost.',
    cause,
  );
}

/** What was written lies in a file that nobody finds any more. */
export function misplaced(file: string): OrchError {
  return unavailable(
    `${file} or its -wal is not the file that this process writes to: it was removed, moved or replaced.`,
    'Put the files back, then recover the run. Without them its runs are lost, and their commands go on unwatched.',
  );
}

const advice: readonly (readonly [prefix: string, hint: string])[] = [
  ['SQLITE_FULL', 'The disk is full. Free some disk space, then recover the run.'],
  ['SQLITE_READONLY', 'Make the file and its folder writable for this user, then recover the run.'],
  ['SQLITE_CANTOPEN', 'Make the file and its folder readable and writable for this user, then recover the run.'],
  ['SQLITE_PERM', 'Make the file and its folder readable and writable for this user, then recover the run.'],
  ['SQLITE_IOERR', 'The file system reports errors: a full disk, a quota, or a failing one. Check it before going on.'],
];

/** `SQLITE_ERROR` is a statement that does not fit the tables: they are not those that were made. */
const damageCodes = /^SQLITE_(CORRUPT|NOTADB|CONSTRAINT|MISMATCH|ERROR$)/;

/** An error of SQLite or of the file system, said in the words of the catalogue; any other as it is. */
export function asOrchError(thrown: unknown, file: string): unknown {
  if (isSqliteError(thrown) && damageCodes.test(thrown.code))
    return damagedFile(file, `SQLite says "${thrown.message}"`);
  if (isSqliteError(thrown)) {
    const hint = advice.find(([prefix]) => thrown.code.startsWith(prefix))?.[1];
    const message = `SQLite refused ${file}: ${thrown.message} (${thrown.code}).`;
    return unavailable(message, hint ?? 'Check the file, then recover the run. Nothing acknowledged is lost.', thrown);
  }
  if (!(thrown instanceof Error) || !('syscall' in thrown)) return thrown;
  return unavailable(
    `The file system refused: ${messageOf(thrown)}.`,
    'Check the folder of the file, then recover the run. Nothing acknowledged is lost.',
    thrown,
  );
}
