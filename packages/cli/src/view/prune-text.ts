import { fittedTable } from './fitted-table.ts';
import type { FittedTable } from './fitted-table.ts';
import type { ListedRun } from './list-text.ts';
import { formatBytes, formatDateTime, harmless } from './text.ts';

export interface GoingRun extends Pick<ListedRun, 'runId' | 'workflow' | 'status' | 'updatedAt' | 'backend'> {
  /** What its files take on the disk of this machine. */
  readonly bytes: number;
}

/** What `orch prune` prints before anything goes. */
export function pruneLines(
  runs: readonly GoingRun[],
  { columns }: { readonly columns?: number | undefined },
): FittedTable {
  const named = runs.some(({ backend }) => backend !== 'json');
  const rows = runs.map(({ runId, workflow, status, updatedAt, bytes, backend }) => [
    runId,
    harmless(workflow),
    status,
    formatDateTime(updatedAt),
    formatBytes(bytes),
    ...(named ? [backend] : []),
  ]);
  const titles = ['RUN', 'WORKFLOW', 'STATUS', 'LAST CHANGE', 'ON DISK', ...(named ? ['BACKEND'] : [])];
  const leaves = ['LAST CHANGE', 'BACKEND', 'ON DISK'];
  return fittedTable([titles, ...rows], { columns, shrinks: 'WORKFLOW', leaves });
}
