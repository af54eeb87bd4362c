import type { RunHandle, RunResult } from '@orch/core';
import { exitCodes } from './catalogue.ts';
import { exitCodeOfRun } from './exit-codes.ts';
import type { ExitCode } from './catalogue.ts';
import { leave } from './leave.ts';
import type { Session } from './session.ts';
import { listenToSignals } from './signals.ts';
import type { Signals } from './signals.ts';
import { tellThrough } from './streams.ts';
import { RunWatch } from './watch-run.ts';
import type { WatchOptions } from './watch-run.ts';

export interface DriveRequest extends WatchOptions {
  readonly session: Session;
  readonly runId: string;
  /** Whether the run may have a past. */
  readonly takeUp: boolean;
  readonly begin: () => RunHandle;
}

/** Drives a run to its end, shows it, and answers with the exit code. Rejects where the run could not be driven. */
export async function drive({ session, runId, takeUp, begin, ...options }: DriveRequest): Promise<ExitCode> {
  const watch = await RunWatch.open(session, runId, { ...options, drives: true, takesUp: takeUp });
  try {
    session.listener = { event: (event) => watch.news(event), note: (text) => watch.note(text) };
    using _told = tellThrough((text) => watch.note(text));
    const handle = begin();
    using signals = listenToSignals({
      handle,
      what: `run ${runId}`,
      say: (text) => watch.note(text),
      recover: watch.recover,
      exit: (code) => letGo(watch, code),
    });
    const result = await handle.result();
    const exitCode = exitCodeOf(result, signals);
    await watch.end(result.status, exitCode);
    return exitCode;
  } finally {
    session.listener = undefined;
    watch.close();
  }
}

function exitCodeOf(result: RunResult, { asked }: Signals): ExitCode {
  if (result.status === 'interrupted') return asked ?? exitCodes.damaged;
  return exitCodeOfRun(result.status, 'reason' in result ? result.reason : undefined);
}

/** Without waiting for anything: who reads the end of the stream learns it where there is room for it. */
function letGo(watch: RunWatch, exitCode: ExitCode): void {
  void watch.letGo({ status: 'interrupted', exitCode });
  leave(exitCode);
}
