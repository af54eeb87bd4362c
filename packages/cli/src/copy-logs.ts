import { constants, existsSync, renameSync, rmSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { randomIds } from '@orch/core/author';
import { makeFolder } from '@orch/core/node';
import { attemptLogPath, attemptStdoutPath } from '@orch/plugin-command';
import type { BackendPlace } from './backend/backend-place.ts';
import type { Snapshot } from './copy-run.ts';
import { asPlaceError } from './report-error.ts';
import { LogPlaces } from './run/log-places.ts';

/** What came along of what the attempts of a run printed. */
export interface CopiedLogs {
  /** How many attempts have their log with the copy now. */
  readonly attempts: number;
  /** Other machines, which have those of the attempts that ran there. */
  readonly hosts: readonly string[];
  /** What is here, and could not be copied. */
  readonly leftOut: readonly LeftOut[];
}

interface LeftOut {
  readonly file: string;
  readonly message: string;
}

interface LogCopy {
  /** Where the journal of the original is. */
  readonly from: BackendPlace;
  /** The id of the copy. */
  readonly id: string;
  /** The state folder. */
  readonly directory: string;
}

/**
 * Copies the logs of the attempts that a snapshot knows into the folder of another run of this state folder. What else there is
 * of an attempt stays: by it the copy would take the commands of the original for its own, and one that the journal does not
 * know, as behind a damage, would count as forgotten. A log that goes meanwhile, by `prune`, is none.
 */
export async function copyLogs({ events, report }: Snapshot, { from, id, directory }: LogCopy): Promise<CopiedLogs> {
  const places = new LogPlaces(report.runId, from, directory);
  for (const event of events) places.add(event);
  let attempts = 0;
  const hosts = new Set<string>();
  const leftOut: LeftOut[] = [];
  const copyOne = async (file: string, to: string): Promise<boolean> => {
    try {
      return await copyWhole(file, to);
    } catch (error) {
      const refused = asPlaceError(error);
      if (refused === undefined) throw error;
      leftOut.push({ file, message: refused.message });
      return false;
    }
  };
  for (const attempt of report.phases.flatMap((phase) => phase.attempts)) {
    const host = places.elsewhere(attempt);
    if (host !== undefined) {
      hosts.add(host);
      continue;
    }
    const { log, stdout } = places.filesOf(attempt);
    if (await copyOne(log, attemptLogPath(directory, id, attempt))) attempts++;
    await copyOne(stdout, attemptStdoutPath(directory, id, attempt));
  }
  return { attempts, hosts: [...hosts], leftOut };
}

/** Under another name first: a process that is killed leaves no part of a log that looks like all of it. */
async function copyWhole(from: string, to: string): Promise<boolean> {
  // It is of the same attempt: of another copy that has the id, or of the original of this one, whose command may write to it.
  if (existsSync(to)) return true;
  if (!existsSync(from)) return false;
  const draft = `${to}.new-${randomIds.random()}`;
  try {
    makeFolder(dirname(to));
    await copyFile(from, draft, constants.COPYFILE_EXCL);
    renameSync(draft, to);
    return true;
  } catch (error) {
    rmSync(draft, { force: true });
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
