import { userInfo } from 'node:os';
import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { openRun } from '../find-run.ts';
import { say } from '../streams.ts';

export interface CancelOptions {
  readonly stateDir?: string;
  readonly backend?: string;
  readonly message?: string;
}

/** Ends a run for good: through its inbox where another process drives it, else by taking it up. */
export async function cancel(text: string, { message, ...options }: CancelOptions): Promise<ExitCode> {
  await using found = await openRun(options, text);
  const {
    session,
    run: { runId, status },
  } = found;
  if (status === 'cancelled') {
    say(`Run ${runId} is cancelled already.`);
    return exitCodes.done;
  }
  await session.orchestrator.cancel(runId, { by: userName(), ...(message === undefined ? {} : { message }) });
  const { status: reached } = await session.orchestrator.show(runId);
  say(
    reached === 'running'
      ? `Run ${runId} was told to cancel; its driver ends its commands.`
      : `Run ${runId} is ${reached}.`,
  );
  return exitCodes.done;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry in the user database, as in containers.
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
