import type { RunFilter, RunPage, RunSummary, UnreadableRun } from '@orch/core/author';
import type { Connection } from './connection.ts';
import { damagedRow, isSound, summaryOf } from './run-row.ts';

const pageSize = 1000;

/** By the indexes of the table of runs. The cursor names the last run of its page, so runs that come and go do not shift the next. */
export function listRuns({ statements, file }: Connection, filter: RunFilter, cursor: string | undefined): RunPage {
  const { where, values } = conditions(filter, cursor);
  const found = statements.listRuns(where).all(...values, pageSize + 1);
  const page = found.slice(0, pageSize);
  const runs: RunSummary[] = [];
  const unreadable: UnreadableRun[] = [];
  for (const row of page) {
    if (isSound(row)) runs.push(summaryOf(row));
    else unreadable.push({ runId: row.id, error: damagedRow(file, row.id) });
  }
  const end = page.at(-1);
  const hasMore = end !== undefined && found.length > pageSize;
  return {
    runs,
    ...(hasMore ? { cursor: JSON.stringify([end.created_at, end.id]) } : {}),
    ...(unreadable.length > 0 ? { unreadable } : {}),
  };
}

function conditions(
  { workflow, status }: RunFilter,
  cursor: string | undefined,
): { readonly where: string; readonly values: readonly unknown[] } {
  const terms: string[] = [];
  const values: unknown[] = [];
  const add = (term: string, ...more: readonly unknown[]): void => {
    terms.push(term);
    values.push(...more);
  };
  if (workflow !== undefined) add('workflow = ?', workflow);
  if (status !== undefined) add('status = ?', status);
  if (cursor !== undefined) {
    const [createdAt, id] = JSON.parse(cursor) as readonly [number, string];
    add('created_at <= ? AND (created_at < ? OR id > ?)', createdAt, createdAt, id);
  }
  return { where: terms.length === 0 ? '' : `WHERE ${terms.join(' AND ')}`, values };
}
