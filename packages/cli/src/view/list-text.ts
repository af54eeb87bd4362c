import type { RunSummary } from '@orch/core';
import { fittedTable } from './fitted-table.ts';
import type { FittedTable } from './fitted-table.ts';
import { formatDateTime, harmless } from './text.ts';

export interface ListedRun extends RunSummary {
  /** Where it is kept. */
  readonly backend: string;
}

/** What `orch list` prints. */
export function listLines(
  runs: readonly ListedRun[],
  { columns }: { readonly columns?: number | undefined },
): FittedTable {
  // Who uses JSON files only has no need of it.
  const named = runs.some(({ backend }) => backend !== 'json');
  const titles = ['RUN', 'WORKFLOW', 'STATUS', 'COMPLETED', 'STARTED', 'LAST CHANGE', ...(named ? ['BACKEND'] : [])];
  const rows = runs.map((run) => [...cellsOf(run), ...(named ? [run.backend] : [])]);
  const leaves = ['STARTED', 'LAST CHANGE', 'BACKEND', 'COMPLETED'];
  return fittedTable([titles, ...rows], { columns, shrinks: 'WORKFLOW', leaves });
}

function cellsOf({ runId, workflow, status, completed, phases, createdAt, updatedAt }: RunSummary): string[] {
  return [
    runId,
    harmless(workflow),
    status,
    `${completed}/${phases}`,
    formatDateTime(createdAt),
    formatDateTime(updatedAt),
  ];
}
