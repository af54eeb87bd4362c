import { isOrchError } from '@orch/core';
import type { RunSummary } from '@orch/core';
import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { withPasswordHint } from '../backend/backend-place.ts';
import type { BackendPlace } from '../backend/backend-place.ts';
import { backendsToSearch } from '../backend/choose-backend.ts';
import { openSession } from '../session.ts';
import type { SessionOptions } from '../session.ts';
import { findStatePlace } from '../state-place.ts';
import { endWhenReaderLeaves, print, say } from '../streams.ts';
import { noRunsIn } from '../view/no-runs.ts';
import { listLines } from '../view/list-text.ts';
import type { ListedRun } from '../view/list-text.ts';
import { harmless } from '../view/text.ts';

export interface ListOptions {
  readonly stateDir?: string;
  readonly backend?: string;
  readonly json?: boolean;
  readonly workflow?: string;
  readonly status?: RunSummary['status'];
  readonly limit?: number;
}

type Filter = Pick<ListOptions, 'workflow' | 'status'>;

/** The runs of all backends that are known here, newest first. */
export async function list({
  stateDir,
  backend,
  json = false,
  limit = Infinity,
  ...filter
}: ListOptions): Promise<ExitCode> {
  endWhenReaderLeaves();
  const place = findStatePlace(stateDir);
  const places = backendsToSearch({ flag: backend }, place);
  const found: ListedRun[] = [];
  const answered: BackendPlace[] = [];
  const isOnly = places.length === 1;
  for (const at of places) {
    const there = await runsAt({ stateDir, at }, filter, { isOnly, limit });
    if (there !== undefined) answered.push(at);
    found.push(...(there ?? []));
  }
  // Of one backend they are in order already, and stay so.
  if (!isOnly) found.sort((one, other) => other.createdAt - one.createdAt);
  const runs = found.slice(0, limit);
  if (json) await print(`${JSON.stringify(runs, null, 2)}\n`);
  else if (runs.length === 0) {
    say(noRunsIn(answered, { ...place, isFiltered: filter.workflow !== undefined || filter.status !== undefined }));
  } else {
    const { lines, left } = listLines(runs, { columns: process.stdout.columns });
    await print(`${lines.join('\n')}\n`);
    if (left) say('More: --json');
  }
  if (runs.length < found.length) say(`These are the newest ${limit}; there are more.`);
  return exitCodes.done;
}

/** `undefined`: it cannot be asked, and hides no other. One run more than `limit` tells that there are more. */
async function runsAt(
  options: SessionOptions,
  filter: Filter,
  { isOnly, limit }: { readonly isOnly: boolean; readonly limit: number },
): Promise<readonly ListedRun[] | undefined> {
  await using session = await openSession(options);
  const runs: ListedRun[] = [];
  try {
    for await (const run of session.orchestrator.list(filter)) {
      runs.push({ ...run, backend: session.at.name });
      if (runs.length > limit) break;
    }
  } catch (thrown) {
    const error = withPasswordHint(session.at, thrown);
    if (isOnly || !isOrchError(error)) throw error;
    say(`warning: the runs in ${session.at.name} are missing here: ${harmless(error.message)}`);
    return undefined;
  }
  return runs;
}
