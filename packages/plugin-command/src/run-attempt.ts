import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Outcome, ProcessEnd, StopReason } from '@orch/core/author';
import { readState } from './attempt-state.ts';
import { withOutput } from './declared-output.ts';
import { firstAborted, watchIdleOf } from './executor-parts.ts';
import type { ExecutorParts, Subject } from './executor-parts.ts';
import { endLeftovers } from './leftovers.ts';
import { endedBy, exited, notStarted, wrapperKilled } from './outcomes.ts';
import { startAttempt, wordsOfRefusal } from './start-attempt.ts';
import type { Started, WrapperEnd } from './start-attempt.ts';
import { mayHaveMembers, stopAttempt } from './stop.ts';
import type { EndReason } from './stop-file.ts';
import { traceOf } from './sweep.ts';
import { isUnwritable, unwritable } from './system-error.ts';
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
  const idle = watchIdleOf(parts, subject);
  const asked = firstAborted(context.signal, idle?.signal);
  try {
    const end = await Promise.race([started.ended, asked.promise]);
    if (end !== undefined) return await conclude(parts, subject, started, end);
    if (!context.signal.aborted && !(await context.holds())) return { status: 'aborted' };
    const reason = context.signal.aborted ? (context.signal.reason as StopReason) : 'idle';
    return await stopLive(parts, subject, started, reason);
  } finally {
    asked.close();
    idle?.close();
  }
}

/** The wrapper has ended by itself. */
async function conclude(parts: ExecutorParts, subject: Subject, { pid }: Started, end: WrapperEnd): Promise<Outcome> {
  const { options, files, isMarker } = subject;
  const outcome = readEnd({ files, isMarker }, end);
  const wasKilled = outcome.status === 'failed' && outcome.class === 'signal';
  // What a killed wrapper leaves behind is the command itself, and may have left the group.
  if (wasKilled || (!options.leaveRunning && mayHaveMembers(pid))) {
    await endLeftovers(parts, subject, { ...traceOf({ files, isMarker }, pid), isOwnGroup: true });
  }
  return withOutput(subject, outcome);
}

type Claim = Pick<Subject, 'files' | 'isMarker'>;

/**
 * An exit code is the command's only if the state file bears it out: the wrapper's own failures have codes too, and Node
 * says 0 where a signal without a name (from 32 up) killed it.
 */
function readEnd({ files, isMarker }: Claim, { code, signal }: WrapperEnd): Outcome {
  const state = readState(files.state, isMarker);
  if (state.kind === 'claimed' && state.exitCode !== undefined) return exited(state.exitCode);
  if (signal !== null || code === null) return wrapperKilled(signal ?? undefined);
  if (state.kind === 'claimed' && code === 0) {
    checkWritable(files);
    return wrapperKilled(undefined);
  }
  if (state.kind === 'claimed' && state.pid !== undefined)
    return exited(code, 'Its end could not be written down: is the disk full?');
  if (state.kind === 'abandoned')
    return notStarted('The attempt was not started: another orch took the run over and gave it up.');
  // The log was there before the wrapper was: somebody deletes files.
  if (!refusals.has(code) || !existsSync(files.log))
    return exited(code, `Files of the attempt were deleted or changed while it ran: ${dirname(files.state)}.`);
  const words = wordsOfRefusal(files);
  checkWritable(files);
  return notStarted(`The attempt could not be claimed (${files.state})${words === '' ? '' : `: ${words}`}.`);
}

/** Whether the wrapper failed for want of room: what a shell says of it depends on the shell. */
function checkWritable({ state }: Claim['files']): void {
  const probe = `${state}.probe`;
  try {
    writeFileSync(probe, '\n', { mode: 0o600, flush: true });
  } catch (error) {
    if (isUnwritable(error)) throw unwritable(`The attempt could not be claimed (${state})`, error);
  }
  try {
    rmSync(probe, { force: true });
  } catch {
    // It is empty of meaning.
  }
}

/** Exit codes of a wrapper that could not claim its attempt: its own, and those of shells that can't open a file. */
const refusals: ReadonlySet<number> = new Set([75, 1, 2]);

async function stopLive(
  { clock, snapshots }: ExecutorParts,
  { attempt, context, options, files, marker, isMarker }: Subject,
  { pid, ended }: Started,
  reason: EndReason,
): Promise<Outcome> {
  const trace = { ...traceOf({ files, isMarker }, pid), isOwnGroup: true };
  const request = { trace, graceMs: options.graceMs, kill: context.kill, clock, snapshots };
  const result = await stopAttempt({ path: files.stop, marker }, reason, request);
  tellOfStrangers(context.log, result);
  const { left } = result;
  const end = left.length > 0 ? {} : processEnd({ files, isMarker }, await ended);
  return endedBy({ reason, end, left, timeoutMs: attempt.timeoutMs, idleTimeoutMs: options.idleTimeoutMs });
}

function processEnd({ files, isMarker }: Claim, { code, signal }: WrapperEnd): ProcessEnd {
  if (signal === null) return code === null ? {} : { exitCode: code };
  const state = readState(files.state, isMarker);
  return state.kind === 'claimed' && state.exitCode !== undefined ? { exitCode: state.exitCode } : { signal };
}
