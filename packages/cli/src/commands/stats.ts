import type { RunSummary, UnreadableRun } from '@orch/core';
import { isOrchError } from '@orch/core/author';
import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { withPasswordHint } from '../backend/backend-place.ts';
import { backendsToSearch } from '../backend/choose-backend.ts';
import { openSession } from '../session.ts';
import type { Session } from '../session.ts';
import { findStatePlace } from '../state-place.ts';
import { RunTally } from '../stats/run-tally.ts';
import { StatsSum } from '../stats/stats.ts';
import { endWhenReaderLeaves, print, say } from '../streams.ts';
import { noRunsIn } from '../view/no-runs.ts';
import { statsLines } from '../view/stats-text.ts';
import { harmless } from '../view/text.ts';

export interface StatsOptions {
  readonly stateDir?: string;
  readonly backend?: string;
  readonly json?: boolean;
  readonly workflow?: string;
  /** Runs that were created in so many milliseconds up to now. */
  readonly since?: number;
}

/** A run, or a backend, that is not in the figures. */
interface LeftOut {
  readonly run?: string;
  readonly backend: string;
  readonly message: string;
}

interface Counting {
  readonly sum: StatsSum;
  readonly leftOut: LeftOut[];
  /** Ids of the runs that were met: a run and its copy are counted once. */
  readonly met: Set<string>;
  /** Wall time; runs that were created before are left alone. */
  readonly from: number;
}

/** How the runs of all known backends ended, and how long their phases took. */
export async function stats({ stateDir, backend, json = false, workflow, since }: StatsOptions): Promise<ExitCode> {
  endWhenReaderLeaves();
  const place = findStatePlace(stateDir);
  const from = since === undefined ? -Infinity : Date.now() - since;
  const counting: Counting = { sum: new StatsSum(), leftOut: [], met: new Set(), from };
  const places = backendsToSearch({ flag: backend }, place);
  for (const at of places) {
    await using session = await openSession({ stateDir, at });
    await countAll(session, workflow, counting);
  }
  const { sum, leftOut } = counting;
  for (const { run, backend: name, message } of leftOut)
    say(`warning: left out: ${run === undefined ? harmless(name) : `run ${harmless(run)}`}: ${harmless(message)}`);
  const { stats: figures } = sum;
  const answered = places.filter(
    ({ name }) => !leftOut.some(({ run, backend: of }) => run === undefined && of === name),
  );
  if (json) await print(`${JSON.stringify({ ...figures, leftOut }, null, 2)}\n`);
  else if (figures.runs === 0) {
    say(noRunsIn(answered, { ...place, isFiltered: workflow !== undefined || since !== undefined }));
  } else await print(`${statsLines(figures, { columns: process.stdout.columns }).join('\n')}\n`);
  return exitCodes.done;
}

/** One backend that cannot be asked hides no other. */
async function countAll(session: Session, workflow: string | undefined, counting: Counting): Promise<void> {
  const { orchestrator, at } = session;
  const { leftOut, from } = counting;
  const onUnreadable = ({ runId, error }: UnreadableRun): void =>
    void leftOut.push({ run: runId, backend: at.name, message: error.message });
  try {
    for await (const run of orchestrator.list({ onUnreadable, ...(workflow === undefined ? {} : { workflow }) })) {
      // Newest first: all that follow are older.
      if (run.createdAt < from) return;
      await countOne(session, run, counting);
    }
  } catch (thrown) {
    const error = withPasswordHint(at, thrown);
    if (!isOrchError(error)) throw error;
    leftOut.push({ backend: at.name, message: error.message });
  }
}

async function countOne({ orchestrator, at }: Session, { runId }: RunSummary, counting: Counting): Promise<void> {
  if (counting.met.has(runId)) return;
  counting.met.add(runId);
  const tally = new RunTally();
  try {
    for await (const event of orchestrator.events(runId)) tally.add(event);
  } catch (error) {
    if (!isOrchError(error)) throw error;
    // Somebody removed it meanwhile.
    if (error.code === 'ORCH_RUN_UNKNOWN') return;
    counting.leftOut.push({ run: runId, backend: at.name, message: `${error.message} [${error.code}]` });
    return;
  }
  counting.sum.add(tally);
}
