import type { Outcome, ProcessEnd, StopReason } from '@orch/core/author';
import { readState } from './attempt-state.ts';
import { firstAborted } from './executor-parts.ts';
import type { ExecutorParts, Subject } from './executor-parts.ts';
import { watchIdle } from './idle-watch.ts';
import { endedBy, exited, notStarted, wrapperKilled } from './outcomes.ts';
import { startAttempt, wordsOfRefusal } from './start-attempt.ts';
import type { Started, WrapperEnd } from './start-attempt.ts';
import { endProcesses, mayHaveMembers, stopAttempt } from './stop.ts';
import type { EndReason } from './stop-file.ts';
import type { Trace } from './sweep.ts';
import { tellOfStrangers } from './tell.ts';

/** Starts a command and waits for it, or ends it when it is to end. Nothing of it runs any more when this settles. */
export async function runAttempt(parts: ExecutorParts, subject: Subject): Promise<Outcome> {
  const { attempt, context, options, files, marker } = subject;
  if (context.signal.aborted) return { status: 'aborted' };
  const inherited = parts.inherited();
  const started = await startAttempt({
    attempt,
    context,
    options,
    files,
    marker,
    directory: parts.directory,
    inherited,
  });
  if ('failure' in started) return started.failure;
  const { idleTimeoutMs } = options;
  const idle =
    idleTimeoutMs === undefined ? undefined : watchIdle(files.log, { idleTimeoutMs, clock: parts.patientClock });
  const asked = firstAborted(context.signal, idle?.signal);
  try {
    const end = await Promise.race([started.ended, asked.promise]);
    if (end !== undefined) return await conclude(parts, subject, started, end);
    const reason = context.signal.aborted ? (context.signal.reason as StopReason) : 'idle';
    return await stopLive(parts, subject, started, reason);
  } finally {
    asked.close();
    idle?.close();
  }
}

/** The wrapper has ended by itself. */
async function conclude(
  parts: ExecutorParts,
  { context, options, files, isMarker }: Subject,
  { pid }: Started,
  { code, signal }: WrapperEnd,
): Promise<Outcome> {
  const outcome = code === 0 ? exited(0) : readEnd(files, { code, signal });
  const wasKilled = outcome.status === 'failed' && outcome.class === 'signal';
  // What a killed wrapper leaves behind is the command itself, and may have left the group.
  if (wasKilled || (!options.leaveRunning && mayHaveMembers(pid))) {
    const trace: Trace = { isMarker, log: files.log, group: pid, isOwnGroup: true };
    const { clock, snapshots } = parts;
    tellOfStrangers(
      context.log,
      await endProcesses({ trace, graceMs: options.graceMs, kill: context.kill, clock, snapshots }),
    );
  }
  return outcome;
}

/** An exit code other than 0 is the command's only if the state file bears it out: the wrapper's own failures have codes too. */
function readEnd(files: Subject['files'], { code, signal }: WrapperEnd): Outcome {
  const state = readState(files.state);
  if (state.kind === 'claimed' && state.exitCode !== undefined) return exited(state.exitCode);
  if (signal !== null) return wrapperKilled(signal);
  if (state.kind === 'claimed' && state.pid !== undefined && code !== null) return exited(code);
  if (state.kind === 'abandoned')
    return notStarted('The attempt was not started: another orch took the run over and gave it up.');
  const words = wordsOfRefusal(files);
  return notStarted(
    `The attempt could not be claimed (${files.state})${words === '' ? '' : `: ${words}`}.`,
    'Is the disk full?',
  );
}

async function stopLive(
  { clock, snapshots }: ExecutorParts,
  { attempt, context, options, files, isMarker }: Subject,
  { pid, ended }: Started,
  reason: EndReason,
): Promise<Outcome> {
  const trace: Trace = { isMarker, log: files.log, group: pid, isOwnGroup: true };
  const request = { trace, graceMs: options.graceMs, kill: context.kill, clock, snapshots };
  const result = await stopAttempt(files.stop, reason, request);
  tellOfStrangers(context.log, result);
  const { left } = result;
  const end = left.length > 0 ? {} : processEnd(files, await ended);
  return endedBy({ reason, end, left, timeoutMs: attempt.timeoutMs, idleTimeoutMs: options.idleTimeoutMs });
}

function processEnd(files: Subject['files'], { code, signal }: WrapperEnd): ProcessEnd {
  if (signal === null) return code === null ? {} : { exitCode: code };
  const state = readState(files.state);
  return state.kind === 'claimed' && state.exitCode !== undefined ? { exitCode: state.exitCode } : { signal };
}
