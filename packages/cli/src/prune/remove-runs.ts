import { existsSync } from 'node:fs';
import { isOrchError, orchError } from '@orch/core/author';
import type { OrchError } from '@orch/core/author';
import { markForRemoval, removeMarked } from '@orch/plugin-command';
import type { BackendPlace } from '../backend/backend-place.ts';
import { rememberBackend } from '../backend/known-backends.ts';
import { asPlaceError } from '../report-error.ts';
import { openSession } from '../session.ts';
import type { Session } from '../session.ts';
import { checkFiles, checkJournal, isUnfinished } from './check-removal.ts';
import type { RemovalPlace } from './check-removal.ts';
import type { KnownRun } from './known-runs.ts';
import { hasLateCopy, isGoneError } from './late-copies.ts';
import type { LateCopies } from './late-copies.ts';
import { bytesOnDisk, foldersOf, logFolderOf, makeRemovable } from './run-files.ts';
import { sharedWords } from './shared-logs.ts';

export interface Removed {
  readonly run: KnownRun;
  /** What is free on the disk of this machine. */
  readonly bytes: number;
}

/** What is still there, and why. */
export interface Left {
  readonly run: KnownRun;
  readonly error: OrchError;
  /** The run is gone, files of it are left. */
  readonly isGone: boolean;
}

export interface Removal extends RemovalPlace {
  readonly stateDir: string | undefined;
  /** Only looks what would go. */
  readonly dryRun: boolean;
}

/** A run, or a copy of it in another backend. */
interface Copy {
  readonly run: KnownRun;
  readonly session: Session;
}

interface Removals {
  readonly removed: Removed[];
  readonly left: Left[];
}

/** Removes runs one by one, each with its copies; what can't be removed keeps no other. */
export async function removeRuns(runs: readonly KnownRun[], { dryRun, ...place }: Removal): Promise<Removals> {
  const { stateDir } = place;
  const done: Removals = { removed: [], left: [] };
  const sessions = new Map<string, Session>();
  const sessionAt = async (at: BackendPlace): Promise<Session> => {
    const session = sessions.get(at.name) ?? (await openSession({ stateDir, at }));
    sessions.set(at.name, session);
    return session;
  };
  try {
    for (const { at } of runs) await sessionAt(at);
    for (const copies of Map.groupBy(runs, ({ runId }) => runId).values()) {
      const { removed, left } = await removeCopies(inOrder(copies, sessions, place), {
        ...place,
        dryRun,
        sessionAt,
      });
      done.removed.push(...removed);
      done.left.push(...left);
    }
    return done;
  } finally {
    for (const session of sessions.values()) await session[Symbol.asyncDispose]();
  }
}

/** The one whose journal is beside the logs takes them along: it is the last. */
function inOrder(
  copies: readonly KnownRun[],
  sessions: ReadonlyMap<string, Session>,
  { directory }: RemovalPlace,
): readonly Copy[] {
  const isBeside = ({ at }: KnownRun): number => Number(at.kind === 'json' && at.address === directory);
  return copies
    .toSorted((one, other) => isBeside(one) - isBeside(other))
    .flatMap((run) => {
      const session = sessions.get(run.at.name);
      return session === undefined ? [] : [{ run, session }];
    });
}

/**
 * They share their logs, and go together or not at all: none goes before all were looked at. The journals first, for they
 * decide: killed before the last, there is a whole run; killed after it, the run is gone, and its logs are marked to follow.
 */
async function removeCopies(
  copies: readonly Copy[],
  { dryRun, stateDir, sessionAt, ...place }: Removal & Pick<LateCopies, 'sessionAt'>,
): Promise<Removals> {
  const { directory } = place;
  const runId = copies[0]?.run.runId ?? '';
  const before = new Map(copies.map((copy) => [copy, sizeAlone(copy, copies, directory)]));
  const removed = (copy: Copy): Removed => {
    const now = dryRun ? 0 : sizeAlone(copy, copies, directory);
    return { run: copy.run, bytes: Math.max(0, (before.get(copy) ?? 0) - now) };
  };
  let reached: Copy | undefined;
  const takeBack: (() => void)[] = [];
  try {
    for (const copy of copies) {
      reached = copy;
      const { run, session } = copy;
      checkFiles(run, place);
      if (dryRun || copies.length > 1 || isUnfinished(run)) await checkJournal(session, run, directory);
    }
    if (!dryRun) {
      // Of marked logs whoever comes next must know every backend that may have their run.
      const hasLogs = existsSync(logFolderOf(runId, directory));
      if (hasLogs) for (const { run } of copies) await rememberBackend(directory, run.at);
      takeBack.push(markForRemoval(directory, runId));
      const knownIn = copies.map(({ run }) => run.at);
      if (hasLogs && (await hasLateCopy(runId, { stateDir, knownIn, sessionAt }))) throw withCopy();
      for (const { run } of copies)
        for (const folder of foldersOf(run.runId, { directory, at: run.at })) takeBack.push(makeRemovable(folder));
      for (const copy of copies) {
        reached = copy;
        await deleteJournal(copy);
      }
      removeMarked(directory, runId);
    }
    return { removed: copies.map(removed), left: [] };
  } catch (thrown) {
    const gone = new Set<Copy>();
    for (const copy of copies) if (await isGone(copy)) gone.add(copy);
    if (gone.size < copies.length) for (const undo of takeBack.toReversed()) undo();
    const error = asPlaceError(thrown);
    if (error === undefined) throw thrown;
    const left = (copy: Copy): Left => {
      return { run: copy.run, error: copy === reached ? error : withCopy(), isGone: gone.has(copy) };
    };
    const isRemoved = (copy: Copy): boolean => copy !== reached && gone.has(copy);
    return {
      removed: copies.filter(isRemoved).map(removed),
      left: copies.filter((copy) => !isRemoved(copy)).map(left),
    };
  }
}

/** Logs count for the copy that goes last. */
function sizeAlone(copy: Copy, copies: readonly Copy[], directory: string): number {
  const { runId, at } = copy.run;
  const logs = logFolderOf(runId, directory);
  const folders = foldersOf(runId, { directory, at }).filter((folder) => folder !== logs);
  if (copy === copies.at(-1)) folders.push(logs);
  return folders.reduce((sum, folder) => sum + bytesOnDisk(folder), 0);
}

function withCopy(): OrchError {
  return orchError({
    code: 'ORCH_RUN_AMBIGUOUS',
    message: sharedWords,
    hint: 'See why the other one stays; then prune again.',
  });
}

async function deleteJournal({ run, session }: Copy): Promise<void> {
  const { runId, version } = run;
  try {
    await session.orchestrator.delete(runId, { unfinished: isUnfinished(run), version });
  } catch (error) {
    // Somebody else has removed it.
    if (!isOrchError(error, 'ORCH_RUN_UNKNOWN')) throw error;
  }
}

async function isGone({ run: { runId }, session }: Copy): Promise<boolean> {
  try {
    for await (const _event of session.orchestrator.events(runId)) return false;
    return false;
  } catch (error) {
    return isGoneError(error);
  }
}
