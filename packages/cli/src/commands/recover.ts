import type { RecoverOptions as CoreOptions } from '@orch/core';
import { drive } from '../drive.ts';
import type { ExitCode } from '../catalogue.ts';
import { openRun } from '../find-run.ts';
import { secretsOfRun } from '../inputs/secrets-of-run.ts';
import { rememberBackend } from '../backend/known-backends.ts';
import { withChoice, workflowOfRun } from '../module/workflow-of-run.ts';
import { loadPlan } from '../plan-file.ts';
import { wrongUsage } from '../report-error.ts';
import { chooseOutput } from '../view/view.ts';
import type { OutputKind } from '../view/view.ts';
import type { RecoverAllOptions } from './recover-all.ts';

export interface RecoverOptions extends RecoverAllOptions {
  readonly all?: boolean;
  readonly checkpoint?: string;
  readonly from?: string;
  readonly plan?: string;
  readonly takeOver?: boolean;
  readonly otherHost?: boolean;
  readonly output?: OutputKind;
  readonly commandCheck: boolean;
}

/** Takes a run up again and drives it to its end, or all that are unfinished. */
export async function recover(text: string | undefined, options: RecoverOptions): Promise<ExitCode> {
  if (options.all === true) {
    if (text === undefined) return await (await import('./recover-all.ts')).recoverAll(options);
    throw wrongUsage({ message: '--all is for all runs: leave the run out.', hint: 'See: orch recover --help' });
  }
  if (text === undefined)
    throw wrongUsage({ message: "Missing required argument 'run'.", hint: 'See: orch recover --help' });
  await using found = await openRun(options, text);
  const {
    session,
    run: { runId },
  } = found;
  const { checkpoint, from, inputs, takeOver = false, otherHost = false } = options;
  const corrected = options.plan === undefined ? undefined : (await loadPlan(session, options.plan, options)).workflow;
  const workflow = corrected ?? (await workflowOfRun(session, found.run));
  const secrets = await secretsOfRun(session.orchestrator, {
    runId,
    workflow: workflow?.definition.spec,
    ...(inputs === undefined ? {} : { inputs }),
  });
  await rememberBackend(session.place.directory, session.at);
  const how: CoreOptions<Record<string, unknown>, Record<string, unknown>> = {
    takeOver,
    otherHost,
    secrets,
    ...(workflow === undefined ? {} : { workflow, replan: corrected !== undefined }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...(from === undefined ? {} : { from }),
  };
  const driven = drive({
    session,
    runId,
    takeUp: true,
    output: chooseOutput(options.output, process.stderr),
    json: options.json ?? false,
    begin: () => session.orchestrator.recover(runId, how),
  });
  // Awaited here: the session is closed when this function returns.
  return await driven.catch(async (error: unknown) => {
    throw await withChoice(error, session, found.run);
  });
}
