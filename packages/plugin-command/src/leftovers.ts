import type { ExecutorParts, Subject } from './executor-parts.ts';
import { endProcesses } from './stop.ts';
import type { StopRecord } from './stop-file.ts';
import type { Trace } from './sweep.ts';
import { tellOfStrangers } from './tell.ts';

/** Ends what an attempt left behind and answers what stays; where another process has the attempt by now, that is its to do. */
export async function endLeftovers(
  { clock, snapshots }: ExecutorParts,
  { context, options }: Subject,
  trace: Trace,
  stop?: StopRecord,
): Promise<readonly number[]> {
  if (!(await context.holds())) return [];
  const ended = await endProcesses({
    trace,
    graceMs: options.graceMs,
    kill: context.kill,
    clock,
    snapshots,
    ...stop,
  });
  tellOfStrangers(context.log, ended);
  return ended.left;
}
