import type { RunEvent } from '@orch/core';
import { exitCodes } from './catalogue.ts';
import { exitCodeOfRun } from './exit-codes.ts';
import type { ExitCode } from './catalogue.ts';
import type { Session } from './session.ts';
import { say } from './streams.ts';
import { RunWatch } from './watch-run.ts';
import type { WatchOptions } from './watch-run.ts';

export interface FollowRequest extends WatchOptions {
  readonly session: Session;
  readonly runId: string;
  /** Why it is followed. Said once Ctrl-C means to leave: whoever reads it may press it. */
  readonly why: string;
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
  { session, runId, ...options }: Omit<FollowRequest, 'why'>,
): Promise<ExitCode | 'lost'> {
  const watch = await RunWatch.open(session, runId, { ...options, drives: false });
  try {
    const last = await hearAll(session, watch, left);
    if (left.aborted) {
      watch.close();
      say(`Run ${runId} goes on; this process only followed it.`);
      return left.reason === 'SIGTERM' ? exitCodes.terminate : exitCodes.interrupt;
    }
    const { status } = watch.run.report;
    if (status === 'running' && last?.type !== 'run.stopped') return 'lost';
    await watch.end(status === 'running' ? 'interrupted' : status);
    return status === 'running' ? exitCodes.interrupt : exitCodeOfRun(status, watch.run.failure);
  } finally {
    watch.close();
  }
}

async function hearAll({ orchestrator }: Session, watch: RunWatch, signal: AbortSignal): Promise<RunEvent | undefined> {
  let last: RunEvent | undefined;
  await watch.readPast();
  const after = watch.run.report.version;
  for await (const event of orchestrator.events(watch.run.report.runId, { after, follow: true, signal })) {
    last = event;
    watch.news(event);
  }
  return last;
}
