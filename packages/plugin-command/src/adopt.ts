import { watch } from 'node:fs';
import type { Adopted, Outcome, StopReason } from '@orch/core/author';
import { readState } from './attempt-state.ts';
import { withOutput } from './declared-output.ts';
import { examine } from './examine.ts';
import type { Verdict } from './examine.ts';
import { firstAborted, watchIdleOf } from './executor-parts.ts';
import type { ExecutorParts, Subject } from './executor-parts.ts';
import { endLeftovers } from './leftovers.ts';
import { endedBy, endedEarlier, exited } from './outcomes.ts';
import { whereStarted } from './where-started.ts';
import { mayHaveMembers, pause, stopAttempt } from './stop.ts';
import { readStop } from './stop-file.ts';
import type { EndReason, StopFile, StopRecord } from './stop-file.ts';
import { traceOf } from './sweep.ts';
import type { Trace } from './sweep.ts';
import { codeOf } from './system-error.ts';
import { tellOfBlindness, tellOfStrangers } from './tell.ts';

/** For a wrapper that dies without a word, and where the system has no watches left. */
const pollMs = 250;
/** Between the claim and the pid there are microseconds. */
const pidPollMs = 5;

/** Decides what became of an attempt of an earlier process; goes on with it where it runs. */
export async function adoptAttempt(parts: ExecutorParts, subject: Subject, otherHost: boolean): Promise<Adopted> {
  const where = whereStarted(subject.attempt, otherHost);
  if (where === 'elsewhere') return adoptFromElsewhere(subject);
  const verdict = await examine({ ...subject, ...parts });
  const stop = readStop(stopFileOf(subject));
  switch (verdict.found) {
    case 'never-started':
      return { gone: true };
    case 'running': {
      if (subject.options.onOrphan === 'adopt' || stop !== undefined)
        return { outcome: waitForAdopted(parts, subject, verdict) };
      await stopRunning(parts, subject, verdict.pid, 'orphan');
      return { gone: true };
    }
    case 'finished':
      return { outcome: finish(parts, subject, verdict, stop) };
    case 'orphans':
      await endOrphans(parts, subject, verdict.trace);
      return lost(subject, stop);
    case 'interrupted':
      if (parts.table.isBlind) tellOfBlindness(subject.context.log, subject.attempt);
      tellOfStrangers(subject.context.log, { left: [], foreign: verdict.foreign });
      return lost(subject, stop);
  }
}

/** Nothing of it can be seen or signalled from here; what was written before counts. */
function adoptFromElsewhere(subject: Subject): Adopted {
  const { files, isMarker } = subject;
  const state = readState(files.state, isMarker);
  if (state.kind !== 'claimed' || state.exitCode === undefined) return { gone: true };
  return { outcome: Promise.resolve(withOutput(subject, exited(state.exitCode))) };
}

/** Its wrapper was killed. By orch itself, in a stop that nobody recorded: then that is how it ended. */
function lost({ attempt, options }: Subject, stop: StopRecord | undefined): Adopted {
  if (stop?.reason !== 'timeout' && stop?.reason !== 'idle') return { gone: true };
  const { timeoutMs } = attempt;
  const { idleTimeoutMs } = options;
  const end = { signal: 'SIGKILL' };
  return { outcome: Promise.resolve(endedEarlier({ reason: stop.reason, end, left: [], timeoutMs, idleTimeoutMs })) };
}

async function finish(
  parts: ExecutorParts,
  subject: Subject,
  { pid, exitCode }: Extract<Verdict, { found: 'finished' }>,
  stop: StopRecord | undefined,
): Promise<Outcome> {
  const { attempt, options, files, isMarker } = subject;
  // What orch began to end must be gone altogether, children that it may leave running too.
  if (stop !== undefined || (!options.leaveRunning && pid !== undefined && mayHaveMembers(pid)))
    await endLeftovers(parts, subject, traceOf({ files, isMarker }, pid), stop);
  if (stop === undefined) return withOutput(subject, exited(exitCode));
  const { timeoutMs } = attempt;
  const { idleTimeoutMs } = options;
  return endedEarlier({ reason: stop.reason, end: { exitCode }, left: [], timeoutMs, idleTimeoutMs });
}

async function endOrphans(parts: ExecutorParts, subject: Subject, trace: Trace): Promise<void> {
  refuseToGoOn(await endLeftovers(parts, subject, trace));
}

/** A next attempt beside a live one would break the promise that there are never two. */
function refuseToGoOn(left: readonly number[]): void {
  if (left.length > 0) throw new Error(`processes of an earlier attempt could not be ended: ${left.join(', ')}`);
}

/** Waits for a wrapper that is not our child: woken by its exit line, or by a slow poll. */
async function waitForAdopted(
  parts: ExecutorParts,
  subject: Subject,
  first: Extract<Verdict, { found: 'running' }>,
): Promise<Outcome> {
  const { context, files } = subject;
  const idle = watchIdleOf(parts, subject);
  const asked = firstAborted(context.signal, idle?.signal);
  const changes = watchState(files.state);
  let isAsked = false;
  void asked.promise.then(() => (isAsked = true));
  try {
    for (let verdict: Verdict = first; ; verdict = await examineAgain(parts, subject, first.pid)) {
      if (verdict.found !== 'running') return await concludeAdopted(parts, subject, verdict);
      const earlier = readStop(stopFileOf(subject));
      if (isAsked || context.signal.aborted || earlier !== undefined) {
        if (!context.signal.aborted && !(await context.holds())) return { status: 'aborted' };
        const reason = context.signal.aborted ? (context.signal.reason as StopReason) : (earlier?.reason ?? 'idle');
        return await stopAdopted(parts, subject, verdict.pid, reason);
      }
      const wait = pause(parts.patientClock, verdict.pid === undefined ? pidPollMs : pollMs, changes.next());
      await Promise.race([wait, asked.promise]);
    }
  } finally {
    asked.close();
    idle?.close();
    changes.close();
  }
}

/** Whoever deletes the folder of the attempts under a live command leaves no place for its end: then it is ended. */
async function examineAgain(parts: ExecutorParts, subject: Subject, group: number | undefined): Promise<Verdict> {
  const { files, isMarker } = subject;
  try {
    return await examine({ ...subject, ...parts });
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return { found: 'orphans', trace: traceOf({ files, isMarker }, group) };
  }
}

async function concludeAdopted(
  parts: ExecutorParts,
  subject: Subject,
  verdict: Exclude<Verdict, { found: 'running' }>,
): Promise<Outcome> {
  switch (verdict.found) {
    case 'finished':
      return finish(parts, subject, verdict, readStop(stopFileOf(subject)));
    case 'orphans':
      await endOrphans(parts, subject, verdict.trace);
      return { status: 'aborted', signal: 'SIGKILL' };
    case 'interrupted':
    case 'never-started':
      return { status: 'aborted', signal: 'SIGKILL' };
  }
}

async function stopAdopted(
  parts: ExecutorParts,
  subject: Subject,
  pid: number | undefined,
  reason: EndReason,
): Promise<Outcome> {
  const { attempt, options, context, files, isMarker } = subject;
  const { left, record } = await stopRunning(parts, subject, pid, reason);
  const state = readState(files.state, isMarker);
  const end =
    state.kind === 'claimed' && state.exitCode !== undefined ? { exitCode: state.exitCode } : { signal: 'SIGKILL' };
  const { timeoutMs } = attempt;
  const { idleTimeoutMs } = options;
  const ended = { end: left.length === 0 ? end : {}, left, timeoutMs, idleTimeoutMs };
  // The engine has its own words for what it asked for; else the first reason counts.
  return context.signal.aborted ? endedBy({ reason, ...ended }) : endedEarlier({ reason: record.reason, ...ended });
}

async function stopRunning(
  { clock, snapshots }: ExecutorParts,
  subject: Subject,
  pid: number | undefined,
  reason: EndReason,
): Promise<{ readonly left: readonly number[]; readonly record: StopRecord }> {
  const { context, options, files, isMarker } = subject;
  const trace = traceOf({ files, isMarker }, pid);
  const request = { trace, graceMs: options.graceMs, kill: context.kill, clock, snapshots };
  const ended = await stopAttempt(stopFileOf(subject), reason, request);
  tellOfStrangers(context.log, ended);
  if (reason === 'orphan' || reason === 'replaced') refuseToGoOn(ended.left);
  return ended;
}

function stopFileOf({ files, marker }: Subject): StopFile {
  return { path: files.stop, marker };
}

/** Tells when a file changes. */
function watchState(path: string): { next(): AbortSignal; close(): void } {
  let coming = new AbortController();
  const changed = (): void => coming.abort();
  let watcher: ReturnType<typeof watch> | undefined;
  try {
    watcher = watch(path, { persistent: false }, changed);
    watcher.on('error', changed);
  } catch {
    // No watches left, or the file is gone: the poll does it.
  }
  return {
    next() {
      if (coming.signal.aborted) coming = new AbortController();
      return coming.signal;
    },
    close: () => watcher?.close(),
  };
}
