import { exitCodes } from './catalogue.ts';
import { exitCodeOfRun } from './exit-codes.ts';
import type { ExitCode } from './catalogue.ts';
import { hearRun } from './run/hear-run.ts';
import type { Session } from './session.ts';
import { runFlags } from './recover-command.ts';
import { say } from './streams.ts';
import { RunWatch } from './watch-run.ts';
import type { WatchOptions } from './watch-run.ts';

export interface FollowRequest extends WatchOptions {
  readonly session: Session;
  readonly runId: string;
  /** Why it is followed. Said once Ctrl-C means to leave: whoever reads it may press it. */
  readonly why: string;
  /** How long another driver is waited for where its own is gone; absent: not at all, and the answer is `lost`. */
  readonly patienceMs?: number;
}

/**
 * Shows a run that another process drives until it ends, and answers with the exit code of its end. `lost`: its driver
 * is gone without a word, and the run is free to be taken up.
 */
export async function follow({ why, ...request }: FollowRequest): Promise<ExitCode | 'lost'> {
  const leave = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => leave.abort(name);
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    say(`${why} Following it.`);
    return await followUntil(leave.signal, request);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

async function followUntil(
  left: AbortSignal,
  { session, runId, patienceMs, ...options }: Omit<FollowRequest, 'why'>,
): Promise<ExitCode | 'lost'> {
  const watch = await RunWatch.open(session, runId, { ...options, drives: false, takesUp: true });
  try {
    const last = await hearRun(session.orchestrator, {
      report: watch.run.report,
      hear: (event) => watch.news(event),
      signal: left,
      patienceMs: patienceMs ?? 0,
    });
    if (left.aborted) {
      const exitCode = left.reason === 'SIGTERM' ? exitCodes.terminate : exitCodes.interrupt;
      await watch.letGo({ status: 'running', exitCode, next: `orch watch ${runId}${runFlags(session)}` });
      say(`Run ${runId} goes on; this process only followed it.`);
      return exitCode;
    }
    const { status } = watch.run.report;
    if (status === 'running' && last?.type !== 'run.stopped') {
      if (patienceMs === undefined) return 'lost';
      watch.note(`Whoever drove run ${runId} is gone.`);
    }
    const exitCode = status === 'running' ? exitCodes.interrupt : exitCodeOfRun(status, watch.run.failure);
    await watch.end(status === 'running' ? 'interrupted' : status, exitCode);
    return exitCode;
  } finally {
    watch.close();
  }
}
