import { existsSync } from 'node:fs';
import type { PhaseReport } from '@orch/core';
import { orchError } from '@orch/core/author';
import type { OrchError } from '@orch/core/author';
import { LogPlaces } from '../run/log-places.ts';
import type { Session } from '../session.ts';
import { harmless } from '../view/text.ts';
import type { KnownRun } from './known-runs.ts';
import { foldersOf, linkAmong, logFolderOf } from './run-files.ts';

export interface RemovalPlace {
  /** The state folder. */
  readonly directory: string;
  /** The file that names the backends is damaged: one that it does not name any more may have a copy of a run. */
  readonly isUnsure: boolean;
}

export function isUnfinished({ status }: KnownRun): boolean {
  return status === 'interrupted' || status === 'waiting';
}

/** Rejects where a run is to be left alone, as its files tell. */
export function checkFiles({ runId, at }: KnownRun, { directory, isUnsure }: RemovalPlace): void {
  const link = linkAmong(foldersOf(runId, { directory, at }));
  if (link !== undefined) throw linked(runId, link);
  if (isUnsure && existsSync(logFolderOf(runId, directory))) throw unsure(runId);
}

/** Rejects where a run is to be left alone, as its journal tells. */
export async function checkJournal({ orchestrator, at }: Session, run: KnownRun, directory: string): Promise<void> {
  const { runId } = run;
  const places = new LogPlaces(runId, at, directory);
  for await (const event of orchestrator.events(runId)) places.add(event);
  if (!isUnfinished(run)) return;
  const { phases } = await orchestrator.show(runId);
  for (const phase of phases) {
    const folder = phase.status === 'running' ? folderElsewhere(phase, places) : undefined;
    if (folder !== undefined) throw startedElsewhere(runId, { phase: phase.name, folder, backend: at.name });
  }
}

function folderElsewhere({ attempts }: PhaseReport, places: LogPlaces): string | undefined {
  const last = attempts.at(-1);
  return last === undefined ? undefined : places.otherFolder(last);
}

function startedElsewhere(
  runId: string,
  { phase, folder, backend }: { readonly phase: string; readonly folder: string; readonly backend: string },
): OrchError {
  return orchError({
    code: 'ORCH_RUN_OTHER_HOST',
    message: `Phase ${JSON.stringify(phase)} of run ${runId} was started from the state folder ${harmless(folder)}, and may still run: prune it from there, with --state-dir.`,
    hint: `There: orch prune --state-dir ${harmless(folder)} --backend ${backend} …`,
  });
}

function unsure(runId: string): OrchError {
  return orchError({
    code: 'ORCH_STATE_BACKENDS',
    message: `The file that names the backends is damaged: one that it no longer names may have a copy of run ${runId}, which shares its logs.`,
    hint: 'See what is damaged: orch doctor',
  });
}

function linked(runId: string, link: string): OrchError {
  return orchError({
    code: 'ORCH_STATE_FOREIGN',
    message: `${harmless(link)} is a symbolic link: run ${runId} was left alone, for what it leads to may not be orch's.`,
    hint: 'Move the folder to its place, or remove the link and what it leads to by hand.',
  });
}
