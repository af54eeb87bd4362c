import type { RunSummary } from '@orch/core';

/** Of these runs go, unless other statuses are named. */
export const endedStatuses: readonly string[] = ['completed', 'failed', 'cancelled'];

/** All that may be named: a run that is driven never goes. */
export const prunableStatuses: readonly string[] = [...endedStatuses, 'interrupted', 'waiting'];

/** Which runs are kept. */
export interface Retention {
  /** One whose last change is not longer ago is kept. */
  readonly olderThanMs: number | undefined;
  /** So many of the newest of each workflow are kept. */
  readonly keepLast: number | undefined;
}

/** Of runs that may go those that do: what no rule keeps. In the order given. */
export function runsToGo<Run extends RunSummary>(
  runs: readonly Run[],
  { olderThanMs, keepLast }: Retention,
  now: number,
): readonly Run[] {
  const kept = keepLast === undefined ? new Set<Run>() : newestOfEach(runs, keepLast);
  return runs.filter((run) => !kept.has(run) && (olderThanMs === undefined || now - run.updatedAt > olderThanMs));
}

function newestOfEach<Run extends RunSummary>(runs: readonly Run[], most: number): ReadonlySet<Run> {
  const seen = new Map<string, Set<string>>();
  const kept = new Set<Run>();
  for (const run of runs.toSorted((one, other) => other.createdAt - one.createdAt)) {
    const ids = seen.get(run.workflow) ?? new Set<string>();
    seen.set(run.workflow, ids);
    // A run and its copies count as one.
    if (ids.size >= most && !ids.has(run.runId)) continue;
    ids.add(run.runId);
    kept.add(run);
  }
  return kept;
}
