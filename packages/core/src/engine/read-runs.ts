import { isOrchError, messageOf, orchError } from '../errors/orch-error.ts';
import type { Clock } from '../clock.ts';
import type { RunEvent, RunSummary } from '../run/event.ts';
import type { RunReport } from '../run/report.ts';
import { runReporter } from '../run/reporter.ts';
import { isHeld } from './lease.ts';
import type { ListOptions } from './options.ts';
import type { EngineParts } from './run-parts.ts';

export interface EventsOptions {
  readonly after?: number;
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

/** How often a followed journal is looked at where its backend can't say that it changed, or says so for another reason. */
const pollEveryMs = 200;
/** How often it is looked whether its driver is still there: a killed one changes nothing any more. */
const lookEveryMs = 1_000;

/** A run's journal, folded. */
export async function reportOf(engine: EngineParts, runId: string): Promise<RunReport> {
  const reporter = runReporter(runId);
  for await (const events of engine.backend.read(runId)) for (const event of events) reporter.add(event);
  const { report } = reporter;
  if (report.version === 0)
    throw orchError({ code: 'ORCH_RUN_UNKNOWN', message: `There is no run ${runId}.`, hint: 'See: orch list' });
  return { ...report, status: await statusNow(engine, runId, report.status) };
}

/** The runs, newest first. */
export async function* listRuns(
  engine: EngineParts,
  {
    workflow,
    status,
    onUnreadable = ({ runId, error }) => engine.log.warn(`run ${runId} can't be listed: ${messageOf(error)}`),
  }: ListOptions,
): AsyncIterable<RunSummary> {
  const filter = {
    ...(workflow === undefined ? {} : { workflow }),
    ...(status === undefined ? {} : { status: status === 'interrupted' ? ('running' as const) : status }),
  };
  let cursor: string | undefined;
  do {
    const page = await engine.backend.list(filter, cursor);
    for (const run of page.unreadable ?? []) onUnreadable(run);
    for (const summary of page.runs) {
      const now = await listedStatus(engine, summary);
      if (status === undefined || status === now) yield { ...summary, status: now };
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** Who drives a damaged run can't be told: it stays as it was last known, and whoever reads it hears why. */
async function listedStatus(engine: EngineParts, { runId, status }: RunSummary): Promise<RunSummary['status']> {
  try {
    return await statusNow(engine, runId, status);
  } catch (error) {
    if (isOrchError(error) && error.code.startsWith('ORCH_JOURNAL_')) return status;
    throw error;
  }
}

/** A run that says running and that nobody holds is interrupted. */
async function statusNow(
  { backend, host }: EngineParts,
  runId: string,
  status: RunSummary['status'],
): Promise<RunSummary['status']> {
  if (status !== 'running') return status;
  return isHeld(await backend.holder(runId), host) ? 'running' : 'interrupted';
}

/** The events of a journal; followed until the run has ended or was let go. */
export async function* eventsOf(
  { backend, clock, host }: EngineParts,
  runId: string,
  { after = 0, follow = false, signal }: EventsOptions,
): AsyncIterable<RunEvent> {
  let reached = after;
  let isTold = false;
  for (;;) {
    const before = reached;
    // Asked before the read: what was written by then is shown before the end is believed.
    const held = !follow || isHeld(await backend.holder(runId), host);
    for await (const events of backend.read(runId, { after: reached }))
      for (const event of events) {
        reached = event.version;
        yield event;
      }
    if (!follow || !held || signal?.aborted === true) return;
    // A message in the inbox is a change, too: its driver needs time to take it out, which this loop must not eat.
    if (backend.changed === undefined || (isTold && reached === before)) {
      await pause(clock, pollEveryMs, signal);
      isTold = false;
    } else isTold = await changed(backend, clock, { runId, reached, signal });
  }
}

interface Watch {
  readonly runId: string;
  /** The newest version that was shown. */
  readonly reached: number;
  readonly signal: AbortSignal | undefined;
}

/** Settles when it is time to look again; whether the backend said so. */
async function changed(backend: EngineParts['backend'], clock: Clock, watch: Watch): Promise<boolean> {
  const { runId, reached, signal } = watch;
  const enough = new AbortController();
  const stop = (): void => enough.abort();
  signal?.addEventListener('abort', stop);
  try {
    const told = backend.changed?.(runId, reached, enough.signal).then(() => true);
    return await Promise.race([told ?? false, pause(clock, lookEveryMs, enough.signal).then(() => false)]);
  } finally {
    stop();
    signal?.removeEventListener('abort', stop);
  }
}

function pause(clock: Clock, delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      signal?.removeEventListener('abort', wake);
      cancel();
      resolve();
    };
    const cancel = clock.timer(delayMs, wake);
    signal?.addEventListener('abort', wake);
  });
}
