import { memoryBackend, Orchestrator, runReporter } from '@orch/core';
import type { RunEvent, RunReport, RunSummary } from '@orch/core';
import { orchError, randomIds } from '@orch/core/author';
import type { Backend } from '@orch/core/author';
import { processHost } from '@orch/core/node';

/** How long a new run is held while it is made. */
const leaseMs = 30_000;

/** A run as its journal tells it up to a version. */
export interface Snapshot {
  readonly report: RunReport;
  readonly events: readonly RunEvent[];
}

/** Reads a run whole. Rejects where it is damaged. */
export async function takeSnapshot(orchestrator: Orchestrator, runId: string): Promise<Snapshot> {
  const reporter = runReporter(runId);
  const events: RunEvent[] = [];
  for await (const event of orchestrator.events(runId)) {
    reporter.add(event);
    events.push(event);
  }
  return { report: reporter.report, events };
}

/**
 * Makes a run of a snapshot that nobody holds: replayed first, as a take-up would, then written in one commit, so that it
 * is there whole or not at all. Rejects where it cannot be replayed, and with what the backend rejects with.
 */
export async function storeSnapshot(
  backend: Backend,
  runId: string,
  { report, events }: Snapshot,
): Promise<'created' | 'exists'> {
  const summary = summaryOf(runId, report);
  const first = { owner: processHost().owner, token: randomIds.random(), ttlMs: leaseMs, events, summary };
  await rehearse(runId, first);
  const created = await backend.create(runId, first);
  if (created.status === 'created') await backend.release(runId, created.fence);
  return created.status;
}

function summaryOf(runId: string, report: RunReport): RunSummary {
  const { workflow, status, createdAt, updatedAt, version, phases, source } = report;
  const having = (wanted: string): number => phases.filter((phase) => phase.status === wanted).length;
  return {
    runId,
    workflow,
    status,
    createdAt,
    updatedAt,
    version,
    phases: phases.length,
    completed: having('completed'),
    failed: having('failed'),
    ...(source === undefined ? {} : { source }),
  };
}

async function rehearse(runId: string, first: Parameters<Backend['create']>[1]): Promise<void> {
  const backend = memoryBackend();
  await using orchestrator = new Orchestrator({ backend });
  await backend.open();
  await backend.create(runId, first);
  const [finding] = await orchestrator.check();
  if (finding === undefined) return;
  const { code, message, hint } = finding;
  throw orchError({ code, message, ...(hint === undefined ? {} : { hint }) });
}
