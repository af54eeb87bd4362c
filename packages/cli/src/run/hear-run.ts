import { setTimeout as wait } from 'node:timers/promises';
import type { Orchestrator, RunEvent, RunReport } from '@orch/core';

export interface HearOptions {
  /** What is known of the run: its version says which events are news. */
  readonly report: RunReport;
  readonly hear: (event: RunEvent) => void;
  readonly signal: AbortSignal;
  /** How long another driver is waited for where its own is gone. */
  readonly patienceMs: number;
  /** Called once where its driver is gone without a word and another one is waited for. */
  readonly gone?: () => void;
}

const lookEveryMs = 200;

/**
 * Hears what happens until the run ends, is let go, or nobody has driven it for some time. Answers with the last event.
 */
export async function hearRun(
  orchestrator: Pick<Orchestrator, 'events'>,
  { report, hear, signal, patienceMs, gone }: HearOptions,
): Promise<RunEvent | undefined> {
  let last: RunEvent | undefined;
  let isTold = false;
  for (let goneSince: number | undefined; ;) {
    const before = report.version;
    for await (const event of orchestrator.events(report.runId, { after: before, follow: true, signal })) {
      last = event;
      hear(event);
    }
    const now = performance.now();
    goneSince = report.version > before ? now : (goneSince ?? now);
    const isOver = report.status !== 'running' || last?.type === 'run.stopped';
    if (isOver || signal.aborted || now - goneSince >= patienceMs) return last;
    if (!isTold) gone?.();
    isTold = true;
    await wait(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
}
