import { isOrchError, messageOf, orchError } from '@orch/core/author';
import type { OrchError } from '@orch/core/author';

interface Finding {
  readonly file: string;
  /** In bytes from the start of the file. */
  readonly offset: number;
  readonly what: string;
  /** What to do; default: what helps against damage of a journal. */
  readonly hint?: string;
}

/** An error that says where in which file, for those who ask for data. */
export interface DamageError extends OrchError {
  readonly file: string;
  readonly offset: number;
}

export function damaged({ file, offset, what, hint }: Finding): DamageError {
  const error = orchError({
    code: 'ORCH_JOURNAL_DAMAGED',
    message: `${file} is damaged at byte ${offset}: ${what}.`,
    hint: hint ?? journalHint(offset),
  });
  return Object.assign(error, { file, offset });
}

function journalHint(offset: number): string {
  if (offset === 0) return 'Nothing was changed. Restore the folder of the run from a backup.';
  return (
    'Nothing was changed. Restore the folder of the run from a backup. To go on with what stands before the damage, ' +
    `copy the folder, cut this file to ${offset} bytes, and remove run.json and the journal files of higher number.`
  );
}

export function truncated({ file, offset, what }: Finding): DamageError {
  const error = orchError({
    code: 'ORCH_JOURNAL_TRUNCATED',
    message: `${file} ends at byte ${offset}, but ${what}.`,
    hint:
      'Records that were acknowledged are missing. Nothing was changed. Restore the folder of the run from a backup. To go on ' +
      'without them, copy the folder, and remove run.json and the journal files of higher number.',
  });
  return Object.assign(error, { file, offset });
}

/** Whether a journal is not what was written. */
export function isDamage(thrown: unknown): boolean {
  return isOrchError(thrown, 'ORCH_JOURNAL_DAMAGED') || isOrchError(thrown, 'ORCH_JOURNAL_TRUNCATED');
}

/** Who drove it, and how far it came, nobody knows: a new run of that id would end what still runs of it. */
export function lostJournal(run: string, path: string): DamageError {
  const error = orchError({
    code: 'ORCH_JOURNAL_LOST',
    message: `${path} holds files of run ${run}, but no journal.`,
    hint: lostJournalHint,
  });
  return Object.assign(error, { file: path, offset: 0 });
}

export const lostJournalHint: string =
  'Nothing was changed. Is the run kept in another backend? Then its logs and attempts are there: leave the folder alone, and ' +
  'name the backend with --backend. Otherwise its journal was lost: restore the folder from a backup. Without one, end what ' +
  'still runs of it, and move the folder away before its id is used again.';

type NewerRecord = Pick<Finding, 'file' | 'offset'> & { readonly format: string };

export function newer({ file, offset, format }: NewerRecord): DamageError {
  const error = orchError({
    code: 'ORCH_JOURNAL_NEWER',
    message: `${file} has a record of format ${format} at byte ${offset}; this release reads format 1.`,
    hint: 'Use the release of orch that wrote it, or a later one.',
  });
  return Object.assign(error, { file, offset });
}

/** The holder may not write into its segment any more. `cause`: why, and so what to do about it. */
export function broken(file: string, cause: unknown): OrchError {
  return orchError({
    code: 'ORCH_BACKEND_UNAVAILABLE',
    message: `An earlier write to ${file} failed (${messageOf(cause)}); its fate is unknown.`,
    hint: `Nothing acknowledged is lost. ${adviceFor(cause) ?? 'Remove the cause, then take the run up again.'}`,
    cause,
  });
}

/** What was written lies in a file that nobody finds any more, though nobody took the run. */
export function misplaced(file: string): OrchError {
  return orchError({
    code: 'ORCH_BACKEND_UNAVAILABLE',
    message: `${file} is not the file that this process writes to: it was removed, moved or replaced.`,
    hint: 'Put the state folder back, then recover the run. Without it the run is lost, and its commands go on unwatched.',
  });
}

const advice: Readonly<Record<string, string>> = {
  ENOSPC: 'Free some disk space, then recover the run.',
  EDQUOT: 'The disk quota is used up. Free some space, then recover the run.',
  EROFS: 'The file system is read-only. Make it writable, then recover the run.',
  EACCES: 'Make the folder readable and writable for this user, then recover the run.',
  EPERM: 'Make the folder readable and writable for this user, then recover the run.',
  EMFILE: 'Too many files are open. Raise the limit (`ulimit -n`) or drive fewer runs at once.',
  EIO: 'The disk reports errors. Check it before going on.',
};

function adviceFor(thrown: unknown): string | undefined {
  return isSystemError(thrown) ? advice[thrown.code ?? ''] : undefined;
}

export function isSystemError(thrown: unknown, ...codes: readonly string[]): thrown is NodeJS.ErrnoException {
  if (!(thrown instanceof Error) || !('syscall' in thrown) || !('code' in thrown)) return false;
  return codes.length === 0 || codes.includes(String(thrown.code));
}

/** An error of the file system, said in the words of the catalogue; any other as it is. */
export function asUnavailable(thrown: unknown): unknown {
  if (!isSystemError(thrown)) return thrown;
  return orchError({
    code: 'ORCH_BACKEND_UNAVAILABLE',
    message: `The file system refused: ${thrown.message}.`,
    hint: adviceFor(thrown) ?? 'Check the folder, then recover the run. Nothing acknowledged is lost.',
    cause: thrown,
  });
}
