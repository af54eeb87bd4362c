import { memoryBackend, Orchestrator, runReporter } from '@orch/core';
import type { RunEvent, RunReport, RunSummary } from '@orch/core';
import { isOrchError, orchError, randomIds } from '@orch/core/author';
import type { Backend, Created, OrchError } from '@orch/core/author';
import { processHost } from '@orch/core/node';

/** How long a new run is held while it is made. */
const leaseMs = 30_000;

/** How much is written at once of a journal that a backend does not take whole. */
const partBytes = 4 * 2 ** 20;

/** A run as its journal tells it up to a version. */
export interface Snapshot {
  readonly report: RunReport;
  readonly events: readonly RunEvent[];
  /** What ended it before the end of the journal. */
  readonly damage?: OrchError;
}

export interface SnapshotOptions {
  /** Of a damaged journal: the whole commits before the damage, if there are any. */
  readonly validPrefix?: boolean;
}

/** Reads a run whole, or up to its damage. Rejects where it is damaged otherwise. */
export async function takeSnapshot(
  orchestrator: Orchestrator,
  runId: string,
  { validPrefix = false }: SnapshotOptions = {},
): Promise<Snapshot> {
  const reporter = runReporter(runId);
  const events: RunEvent[] = [];
  try {
    for await (const event of orchestrator.events(runId)) {
      reporter.add(event);
      events.push(event);
    }
  } catch (error) {
    if (!validPrefix || events.length === 0 || !isDamage(error)) throw error;
    return { report: reporter.report, events, damage: error };
  }
  return { report: reporter.report, events };
}

/** Whether a journal is not what was written; a newer format is nothing of the kind. */
export function isDamage(thrown: unknown): thrown is OrchError {
  return isOrchError(thrown, 'ORCH_JOURNAL_DAMAGED') || isOrchError(thrown, 'ORCH_JOURNAL_TRUNCATED');
}

export interface StoreOptions {
  /** Called once the run is there and while this process holds it, so that nobody drives or removes it. */
  readonly whileHeld?: () => Promise<void>;
}

/**
 * Makes a run of a snapshot that nobody holds: replayed first, as a take-up would, then written in one commit, so that it
 * is there whole or not at all. A journal that is too large for that is written in several, and removed again where one
 * of them is refused. Rejects where it cannot be replayed, and with what the backend rejects with.
 */
export async function storeSnapshot(
  backend: Backend,
  runId: string,
  { report, events, whileHeld }: Snapshot & StoreOptions,
): Promise<'created' | 'exists'> {
  const summary = summaryOf(runId, report);
  const first = { owner: processHost().owner, token: randomIds.random(), ttlMs: leaseMs, events, summary };
  await rehearse(runId, first);
  const created = await backend
    .create(runId, first)
    .catch((error: unknown) => createInParts(backend, runId, { first, error }));
  if (created.status === 'exists') return created.status;
  try {
    await whileHeld?.();
  } finally {
    await backend.release(runId, created.fence);
  }
  return created.status;
}

type First = Parameters<Backend['create']>[1];

/** Goes on from the error of a creation in one commit, where that is its size. */
async function createInParts(
  backend: Backend,
  runId: string,
  { first, error }: { readonly first: First; readonly error: unknown },
): Promise<Created> {
  if (!isOrchError(error, 'ORCH_PLAN_LIMIT')) throw error;
  const [start, ...rest] = partsOf(runId, first.events);
  if (start === undefined || rest.length === 0) throw error;
  const created = await backend.create(runId, { ...first, ...start });
  if (created.status === 'exists') return created;
  const { fence } = created;
  try {
    let expectedVersion = start.events.length;
    for (const part of rest) {
      const { status } = await backend.append(runId, { ...part, fence, expectedVersion, flush: true });
      if (status !== 'ok') throw takenMeanwhile(runId);
      expectedVersion += part.events.length;
    }
  } catch (refusal) {
    // What stands there is not the run. Where it can't be removed, the refusal is what matters.
    await backend.delete(runId, fence).catch(() => undefined);
    throw refusal;
  }
  return created;
}

/** The events in portions of some size, each with the summary of what it leads to. */
function partsOf(runId: string, events: readonly RunEvent[]): readonly Pick<First, 'events' | 'summary'>[] {
  const reporter = runReporter(runId);
  const parts: Pick<First, 'events' | 'summary'>[] = [];
  let part: RunEvent[] = [];
  let bytes = 0;
  for (const [index, event] of events.entries()) {
    reporter.add(event);
    part.push(event);
    bytes += Buffer.byteLength(JSON.stringify(event));
    if (bytes < partBytes && index < events.length - 1) continue;
    parts.push({ events: part, summary: summaryOf(runId, reporter.report) });
    part = [];
    bytes = 0;
  }
  return parts;
}

function takenMeanwhile(runId: string): OrchError {
  return orchError({
    code: 'ORCH_RUN_LOST',
    message: `Run ${runId} was taken by another process while it was copied.`,
    hint: 'Nothing is to be gone on with there: copy it again under another id, with --as ID.',
  });
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

async function rehearse(runId: string, first: First): Promise<void> {
  const backend = memoryBackend();
  await using orchestrator = new Orchestrator({ backend });
  await backend.open();
  await backend.create(runId, first);
  const [finding] = await orchestrator.check();
  if (finding === undefined) return;
  const { code, message, hint } = finding;
  throw orchError({ code, message, ...(hint === undefined ? {} : { hint }) });
}
