import { drive } from '../drive.ts';
import type { ExitCode } from '../catalogue.ts';
import { openRun } from '../find-run.ts';
import { rememberBackend } from '../backend/known-backends.ts';
import { chooseOutput } from '../view/view.ts';
import type { OutputKind } from '../view/view.ts';

export interface RecoverOptions {
  readonly stateDir?: string;
  readonly backend?: string;
  readonly concurrency?: number;
  readonly checkpoint?: string;
  readonly from?: string;
  readonly takeOver?: boolean;
  readonly otherHost?: boolean;
  readonly json?: boolean;
  readonly output?: OutputKind;
}

/** Takes a run up again and drives it to its end. */
export async function recover(text: string, options: RecoverOptions): Promise<ExitCode> {
  await using found = await openRun(options, text);
  const {
    session,
    run: { runId },
  } = found;
  await rememberBackend(session.place.directory, session.at);
  const { checkpoint, from, takeOver = false, otherHost = false } = options;
  return await drive({
    session,
    runId,
    takeUp: true,
    output: chooseOutput(options.output, process.stderr),
    json: options.json ?? false,
    begin: () =>
      session.orchestrator.recover<Record<string, unknown>, unknown>(runId, {
        takeOver,
        otherHost,
        ...(checkpoint === undefined ? {} : { checkpoint }),
        ...(from === undefined ? {} : { from }),
      }),
  });
}
