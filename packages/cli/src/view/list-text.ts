import type { RunSummary } from '@orch/core';
import { fitColumns } from './fit-columns.ts';
import { tableLines } from './table.ts';
import { formatDateTime, harmless } from './text.ts';

export interface ListedRun extends RunSummary {
  /** Where it is kept. */
  readonly backend: string;
}

/** What `orch list` prints. `left`: columns that the terminal has no room for are left out. */
export function listLines(
  runs: readonly ListedRun[],
  { columns }: { readonly columns?: number | undefined },
): { readonly lines: readonly string[]; readonly left: boolean } {
  // Who uses JSON files only has no need of it.
  const named = runs.some(({ backend }) => backend !== 'json');
  const titles = ['RUN', 'WORKFLOW', 'STATUS', 'COMPLETED', 'STARTED', 'LAST CHANGE', ...(named ? ['BACKEND'] : [])];
  const { rows, left } = fitColumns(
    [titles, ...runs.map((run) => [...cellsOf(run), ...(named ? [run.backend] : [])])],
    {
      columns,
      shrinks: 'WORKFLOW',
      leaves: ['STARTED', 'LAST CHANGE', 'BACKEND', 'COMPLETED'],
    },
  );
  return { lines: tableLines(rows, { columns }), left };
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
