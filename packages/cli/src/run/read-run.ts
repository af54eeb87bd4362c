import type { RunReport } from '@orch/core';
import type { EventOf } from '@orch/core/author';
import type { FoundRun } from '../find-run.ts';
import { FoldedRun } from './folded-run.ts';
import { LogPlaces } from './log-places.ts';

/** A run as its journal tells it, read once. */
export interface ReadRun {
  readonly run: FoldedRun;
  /** With the status that a run has whose driver is gone. */
  readonly report: RunReport;
  readonly places: LogPlaces;
  /** As they are stored: without the secret ones. */
  readonly inputs: EventOf<'run.created'>['inputs'];
  /** Names of the secret ones. */
  readonly secrets: readonly string[];
}

export async function readRun({ session, run: { runId, status } }: FoundRun): Promise<ReadRun> {
  const { orchestrator, at, place } = session;
  const run = new FoldedRun(runId);
  const places = new LogPlaces(runId, at, place.directory);
  let given: Pick<ReadRun, 'inputs' | 'secrets'> = { inputs: {}, secrets: [] };
  for await (const event of orchestrator.events(runId)) {
    run.add(event);
    places.add(event);
    if (event.type === 'run.created' || (event.type === 'run.replanned' && event.inputs !== undefined))
      given = { inputs: event.inputs ?? {}, secrets: event.secrets ?? [] };
  }
  const isLeft = run.report.status === 'running' && status === 'interrupted';
  return { run, report: isLeft ? { ...run.report, status: 'interrupted' } : run.report, places, ...given };
}
