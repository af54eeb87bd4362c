import type { RunSummary } from '@orch/core';
import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { openSession } from '../session.ts';
import { endWhenReaderLeaves, print, say } from '../streams.ts';
import { displayWidth, formatDateTime, harmless, pad } from '../view/text.ts';

export interface ListOptions {
  readonly stateDir?: string;
  readonly json?: boolean;
  readonly workflow?: string;
  readonly status?: RunSummary['status'];
}

/** The runs, newest first. */
export async function list({ stateDir, json = false, workflow, status }: ListOptions): Promise<ExitCode> {
  endWhenReaderLeaves();
  await using session = openSession({ stateDir });
  const filter = { ...(workflow === undefined ? {} : { workflow }), ...(status === undefined ? {} : { status }) };
  const runs = await collect(session.orchestrator.list(filter));
  if (json) await print(`${JSON.stringify(runs, null, 2)}\n`);
  else if (runs.length === 0) say(`There are no such runs in ${session.place.directory}.`);
  else await print(table([['RUN', 'WORKFLOW', 'STATUS', 'COMPLETED', 'STARTED', 'LAST CHANGE'], ...runs.map(row)]));
  return exitCodes.done;
}

function row({ runId, workflow, status, completed, phases, createdAt, updatedAt }: RunSummary): string[] {
  return [
    runId,
    harmless(workflow),
    status,
    `${completed}/${phases}`,
    formatDateTime(createdAt),
    formatDateTime(updatedAt),
  ];
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((cells) => displayWidth(cells[column] ?? ''))),
  );
  return rows
    .map(
      (cells) =>
        `${cells
          .map((cell, column) => pad(cell, widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
