import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { openRun } from '../find-run.ts';
import { recoverCommand, runFlags } from '../recover-command.ts';
import { reportPage } from '../report/page.ts';
import { readRun } from '../run/read-run.ts';
import { endWhenReaderLeaves, print } from '../streams.ts';

export interface ReportOptions {
  readonly stateDir?: string;
  readonly backend?: string;
}

/** A run as one page of HTML on stdout. */
export async function report(text: string, options: ReportOptions): Promise<ExitCode> {
  endWhenReaderLeaves();
  await using found = await openRun(options, text);
  const { session } = found;
  const read = await readRun(found);
  await print(
    reportPage({
      ...read,
      backend: session.at.name,
      recover: recoverCommand(read.report.runId, session, read.run.failure),
      flags: runFlags(session),
      now: Date.now(),
    }),
  );
  return exitCodes.done;
}
