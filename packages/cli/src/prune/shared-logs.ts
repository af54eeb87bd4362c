import { existsSync } from 'node:fs';
import type { KnownRun, Listed } from './known-runs.ts';
import { logFolderOf } from './run-files.ts';

/** A run that stays though a rule would let it go, and why: its logs are those of its copies in other backends, too. */
export interface Shared {
  readonly run: KnownRun;
  readonly code: 'ORCH_RUN_AMBIGUOUS' | 'ORCH_BACKEND_UNAVAILABLE';
  readonly message: string;
  /** A copy can't be read, or there may be one. */
  readonly isUnsure?: boolean;
  /** The backend that can't be asked. */
  readonly away?: string;
}

export const sharedWords = 'Another backend has a run of this id, which shares its logs, and is not to go with it.';

/** Of the runs that a rule lets go those that stay: a run and its copies go together or not at all. */
export function sharedAmong(
  chosen: readonly KnownRun[],
  known: readonly Listed[],
  directory: string,
): ReadonlyMap<KnownRun, Shared> {
  const going = countsOf(chosen);
  const everywhere = countsOf(known.flatMap(({ runs }) => runs));
  const away = known.find((listed) => listed.away !== undefined)?.at.name;
  const shared = new Map<KnownRun, Shared>();
  for (const run of chosen) {
    const { runId } = run;
    const damaged = known.find(({ unreadable }) => unreadable.some((one) => one.runId === runId));
    if (damaged !== undefined) shared.set(run, withDamaged(run, damaged.at.name));
    else if ((going.get(runId) ?? 0) < (everywhere.get(runId) ?? 0))
      shared.set(run, { run, code: 'ORCH_RUN_AMBIGUOUS', message: sharedWords });
    else if (away !== undefined && existsSync(logFolderOf(runId, directory))) shared.set(run, withAway(run, away));
  }
  return shared;
}

function countsOf(runs: readonly KnownRun[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { runId } of runs) counts.set(runId, (counts.get(runId) ?? 0) + 1);
  return counts;
}

function withDamaged(run: KnownRun, backend: string): Shared {
  const message = `${backend} has a damaged run of this id, which shares its logs, and is left alone.`;
  return { run, code: 'ORCH_RUN_AMBIGUOUS', message, isUnsure: true };
}

function withAway(run: KnownRun, away: string): Shared {
  const message = `${away} can't be asked, and may have copies, which share their logs.`;
  return { run, code: 'ORCH_BACKEND_UNAVAILABLE', message, isUnsure: true, away };
}
