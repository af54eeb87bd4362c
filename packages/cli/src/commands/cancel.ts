import { userInfo } from 'node:os';
import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { openRun } from '../find-run.ts';
import { secretsOfRun } from '../inputs/secrets-of-run.ts';
import { workflowToCancel } from '../module/workflow-of-run.ts';
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
  // Clean-ups of a run that nobody drives run here, and may need them.
  const secrets = await secretsOfRun(session.orchestrator, { runId });
  const workflow = status === 'running' ? undefined : await workflowToCancel(session, found.run);
  const given = { ...(message === undefined ? {} : { message }), ...(workflow === undefined ? {} : { workflow }) };
  await session.orchestrator.cancel(runId, { by: userName(), secrets, ...given });
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
