import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setImmediate as signalsHeard } from 'node:timers/promises';
import { jsonBackend } from '@orch/backend-json';
import type { UnreadableRun } from '@orch/core';
import { isOrchError, orchError, randomIds } from '@orch/core/author';
import type { OrchError } from '@orch/core/author';
import { makeFolder } from '@orch/core/node';
import { withPasswordHint } from '../backend/backend-place.ts';
import type { BackendPlace } from '../backend/backend-place.ts';
import { backendsToSearch, chooseBackend } from '../backend/choose-backend.ts';
import { useBackend } from '../backend/open-backend.ts';
import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { storeSnapshot, takeSnapshot } from '../copy-run.ts';
import { copyTree } from '../copy-tree.ts';
import { wrongUsage } from '../report-error.ts';
import { openSession } from '../session.ts';
import type { Session } from '../session.ts';
import { findStatePlace } from '../state-place.ts';
import { say } from '../streams.ts';
import { count, harmless, shellWord } from '../view/text.ts';
import { sayUnlisted } from '../view/unlisted.ts';

const mostNamed = 10;

export interface BackupOptions {
  readonly stateDir?: string;
  readonly backend?: string;
}

/** Writes all runs of a backend, as they are now, to a place that is not there yet. Runs may be driven meanwhile. */
export async function backup(target: string, { stateDir, backend }: BackupOptions): Promise<ExitCode> {
  const place = findStatePlace(stateDir);
  const at = chooseBackend({ flag: backend }, place);
  const path = resolve(target);
  if (at.kind === 'redis')
    throw wrongUsage({
      message: 'A Redis server makes its backups itself.',
      hint: 'For example: redis-cli --rdb FILE. One run can be taken out by: orch copy RUN --to sqlite:FILE',
    });
  if (existsSync(path)) throw thereAlready(path);
  await refuseOthers(at, backend === undefined ? backendsToSearch({}, place) : [at]);
  return unlessStopped(path, (stop) =>
    at.kind === 'sqlite'
      ? backupDatabase({ at, path, stop }, place.directory)
      : backupFolder({ at, path, stop }, stateDir),
  );
}

function thereAlready(path: string): OrchError {
  return wrongUsage({ message: `${harmless(path)} is there already.`, hint: 'Name a place that does not exist yet.' });
}

/** A backup is of one backend: who has runs in another one says which, and none is written where there is nothing. */
async function refuseOthers(at: BackendPlace, places: readonly BackendPlace[]): Promise<void> {
  const having: BackendPlace[] = [];
  for (const one of places) if (await hasRuns(one, { mayBeAway: one.name !== at.name })) having.push(one);
  if (having.length === 1 && having[0]?.name === at.name) return;
  if (having.length > 0)
    throw wrongUsage({
      message: `Runs are in ${having.map(({ name }) => name).join(' and in ')}; a backup is of one backend.`,
      hint: `Say of which: ${having.map(({ name }) => `--backend ${shellWord(name)}`).join(', or ')}`,
    });
  throw orchError({
    code: 'ORCH_RUN_UNKNOWN',
    message: `There are no runs in ${harmless(at.address)}: nothing was written.`,
    hint: 'Runs that are kept elsewhere: --state-dir or --backend.',
  });
}

/** Whether there are runs in it, damaged ones too. */
async function hasRuns(at: BackendPlace, { mayBeAway }: { readonly mayBeAway: boolean }): Promise<boolean> {
  try {
    return await useBackend(at, async (backend) => {
      for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
        const page = await backend.list({}, cursor);
        if (page.runs.length > 0 || (page.unreadable?.length ?? 0) > 0) return true;
        cursor = page.cursor;
      }
      return false;
    });
  } catch (thrown) {
    const error = withPasswordHint(at, thrown);
    if (!isOrchError(error)) throw error;
    // What is damaged is something.
    if (error.code.startsWith('ORCH_JOURNAL_')) return true;
    if (!mayBeAway) throw error;
    say(`warning: whether there are runs in ${at.name} can't be told: ${harmless(error.message)}`);
    return false;
  }
}

interface Task {
  /** What is backed up. */
  readonly at: BackendPlace;
  readonly path: string;
  readonly stop: Stop;
}

interface Stop {
  /** Aborted by a signal that came after `listen`. */
  readonly signal: AbortSignal;
  readonly listen: () => void;
}

async function backupDatabase({ at: { address }, path, stop }: Task, directory: string): Promise<ExitCode> {
  const runs = harmless(join(directory, 'runs'));
  say(`warning: logs, and what adopts commands that outlived orch, are not part of it: copy ${runs} too.`);
  const { backupSqlite } = await import('@orch/backend-sqlite');
  // Until then nobody would hear the signal, and there is nothing to remove: it ends the process.
  await backupSqlite(address, path, { signal: stop.signal, onWriting: stop.listen });
  say(`All runs of ${harmless(address)} are in ${harmless(path)} now: --backend sqlite:FILE reads them.`);
  return exitCodes.done;
}

/** Whole or not at all: of a folder that ends anywhere nobody could tell that it is no backup. */
async function backupFolder({ at, path, stop: { signal, listen } }: Task, stateDir?: string): Promise<ExitCode> {
  const draft = makeDraft(path);
  listen();
  try {
    const { runs, leftOut } = await writeRuns(at, draft, { stateDir, signal });
    putInPlace(draft, path);
    say(`${count(runs, 'run')} of ${harmless(at.address)} in ${harmless(path)} now: --state-dir DIR reads them.`);
    return leftOut === 0 ? exitCodes.done : exitCodes.damaged;
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
}

/** Answers with the exit code of the signal that stopped it, where one did. */
async function unlessStopped(path: string, write: (stop: Stop) => Promise<ExitCode>): Promise<ExitCode> {
  const stop = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => stop.abort(name);
  try {
    return await write({
      signal: stop.signal,
      listen: () => {
        for (const name of stopping) process.once(name, onSignal);
      },
    });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    const name = stop.signal.reason as keyof typeof stoppedBy;
    say(`Stopped by ${name}: there is no ${harmless(path)}, and nothing is left of it.`);
    return stoppedBy[name];
  } finally {
    for (const name of stopping) process.off(name, onSignal);
  }
}

const stoppedBy = { SIGINT: exitCodes.interrupt, SIGTERM: exitCodes.terminate, SIGHUP: exitCodes.hangup } as const;
const stopping = Object.keys(stoppedBy) as readonly (keyof typeof stoppedBy)[];

/** A new folder beside the backup. Not by the process id: one that was killed left its own, and another gets its id. */
function makeDraft(path: string): string {
  makeFolder(dirname(path));
  const draft = `${path}.new-${randomIds.random()}`;
  mkdirSync(draft, { mode: 0o700 });
  return draft;
}

/** What another one wrote there meanwhile, as a second backup does, stays. */
function putInPlace(draft: string, path: string): void {
  try {
    renameSync(draft, path);
  } catch (error) {
    if (existsSync(path)) throw thereAlready(path);
    throw error;
  }
}

interface Writing {
  readonly stateDir: string | undefined;
  /** Aborted: it rejects soon. */
  readonly signal: AbortSignal;
}

interface Written {
  readonly runs: number;
  /** How much was named and left out. */
  readonly leftOut: number;
}

/** Each run as far as it is acknowledged, and what its commands left; damaged ones are named and left out. */
async function writeRuns(at: BackendPlace, path: string, { stateDir, signal }: Writing): Promise<Written> {
  await using session = await openSession({ stateDir, at });
  // A run that cannot even be listed is not in the backup.
  let leftOut = 0;
  const onUnreadable = (run: UnreadableRun): void => {
    leftOut++;
    sayUnlisted(run);
  };
  const target = jsonBackend(path);
  await target.open();
  let runs = 0;
  try {
    for await (const { runId } of session.orchestrator.list({ onUnreadable })) {
      await signalsHeard();
      signal.throwIfAborted();
      try {
        const stored = await storeSnapshot(target, runId, await takeSnapshot(session.orchestrator, runId));
        if (stored === 'exists') throw notAlone(runId, path);
      } catch (error) {
        if (!isOrchError(error) || !error.code.startsWith('ORCH_JOURNAL_')) throw error;
        leftOut++;
        say(`warning: run ${runId} is left out: ${harmless(error.message)} [${error.code}]`);
        continue;
      }
      leftOut += await copyLogs(session, { runId, path, signal });
      runs++;
    }
  } finally {
    await target.close();
  }
  return { runs, leftOut };
}

function notAlone(runId: string, path: string): OrchError {
  return orchError({
    code: 'ORCH_RUN_EXISTS',
    message: `Run ${runId} is in ${harmless(path)} already: another process writes there, too.`,
    hint: 'Nothing of this backup is kept. Back up again, to a folder that nobody else writes to.',
  });
}

interface Logs {
  readonly runId: string;
  readonly path: string;
  readonly signal: AbortSignal;
}

/**
 * Logs and what tells of commands that outlived orch are in the state folder, wherever the journal is. Answers with how much
 * of them may not be read, which is named: an artifact may be somebody else's, and keeps no other run from its backup.
 */
async function copyLogs({ place }: Session, { runId, path, signal }: Logs): Promise<number> {
  const unread: string[] = [];
  for (const name of ['attempts', 'artifacts'])
    unread.push(
      ...(await copyTree(join(place.directory, 'runs', runId, name), join(path, 'runs', runId, name), signal)),
    );
  for (const file of unread.slice(0, mostNamed))
    say(`warning: of run ${runId} ${harmless(file)} is left out: it may not be read.`);
  if (unread.length > mostNamed) say(`warning: and ${unread.length - mostNamed} more of run ${runId}.`);
  return unread.length;
}
