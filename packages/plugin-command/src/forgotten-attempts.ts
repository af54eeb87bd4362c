import { join } from 'node:path';
import { attemptsFolder, readFileName } from './attempt-files.ts';
import type { AttemptOnDisk } from './attempt-files.ts';
import { namesIn } from './names-in.ts';
import { shortKey } from './wrapper.ts';

/**
 * Attempts of a run whose files are here, but whose key its journal does not know: a power cut may have cost it its
 * tail. The next take-up ends what is alive of them. Answers with the path of each, without the ending; changes nothing.
 *
 * @param readKeys Called after the files were listed, so that an attempt which starts meanwhile is known.
 */
export async function forgottenAttempts(
  directory: string,
  runId: string,
  readKeys: () => Promise<ReadonlySet<string>>,
): Promise<readonly string[]> {
  const folder = attemptsFolder(directory, runId);
  const found = attemptsIn(folder);
  if (found.length === 0) return [];
  return unknownOf(found, await readKeys()).map(({ prefix }) => join(folder, prefix));
}

/** The attempts that have files in a folder, each once; none where it does not exist. */
export function attemptsIn(folder: string): readonly AttemptOnDisk[] {
  const found = new Map<string, AttemptOnDisk>();
  for (const name of namesIn(folder)) {
    const read = readFileName(name);
    if (read !== undefined) found.set(read.prefix, read);
  }
  return [...found.values()];
}

export function unknownOf(found: readonly AttemptOnDisk[], keys: ReadonlySet<string>): readonly AttemptOnDisk[] {
  const known = new Set(Array.from(keys, shortKey));
  return found.filter((attempt) => !known.has(attempt.shortKey));
}
