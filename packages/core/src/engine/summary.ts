import type { RunSummary } from '../run/event.ts';
import type { RunState } from '../run/state.ts';

/** What `list` shows of a run. */
export function summaryOf(state: RunState): RunSummary {
  const { runId, status, counts, created, updatedAt, version } = state;
  const summary = {
    runId,
    workflow: state.spec.id,
    status,
    createdAt: created.at,
    updatedAt,
    version,
    phases: state.graph.size,
    completed: counts.completed,
    failed: counts.failed,
  };
  return created.source === undefined ? summary : { ...summary, source: created.source };
}
