import type { Clock } from '@orch/core/author';
import { codeOf } from './system-error.ts';
import { writeSignalled, writeStop } from './stop-file.ts';
import type { EndReason, StopFile, StopRecord } from './stop-file.ts';
import { sweep } from './sweep.ts';
import type { Remains, Snapshots, Trace } from './sweep.ts';

export interface EndRequest {
  readonly trace: Trace;
  readonly graceMs: number;
  /** Aborted: no grace any more. */
  readonly kill: AbortSignal;
  readonly snapshots: Snapshots;
  readonly clock: Clock;
  /** Goes on with what an earlier process began. */
  readonly since?: number;
  /** The processes have had their SIGTERM. */
  readonly signalled?: boolean;
  readonly onSignalled?: () => void;
}

/** What stayed: normally nothing. */
export interface Ended {
  /** Processes that SIGKILL does not end: they wait for a device. */
  readonly left: readonly number[];
  readonly foreign: readonly number[];
}

/** After SIGKILL a process is gone at once, unless it waits for a device. */
const killLimitMs = 1_000;
const longestPauseMs = 80;

/** Ends an attempt whose wrapper may still run: the reason is on disk before the first signal. */
export async function stopAttempt(
  file: StopFile,
  reason: EndReason,
  request: Omit<EndRequest, 'since' | 'signalled' | 'onSignalled'>,
): Promise<Ended & { readonly record: StopRecord }> {
  const record = writeStop(file, reason, request.clock.monotonic());
  const ended = await endProcesses({
    ...request,
    since: record.since,
    signalled: record.signalled,
    onSignalled: () => writeSignalled(file),
  });
  return { ...ended, record };
}

/**
 * SIGTERM, and SIGCONT for what is stopped, once to all that is there; after the grace SIGKILL, until two looks in a
 * row find nothing. Once: what a handler of SIGTERM starts in order to clean up must not get one itself.
 */
export async function endProcesses(request: EndRequest): Promise<Ended> {
  const { trace, graceMs, kill, snapshots, clock, onSignalled } = request;
  const graceEnds = (request.since ?? clock.monotonic()) + graceMs;
  let killedSince: number | undefined;
  let signalled = request.signalled ?? false;
  let clean = 0;
  let isOwnGroup = trace.isOwnGroup ?? false;
  for (let round = 0; ; round++) {
    const remains = sweep(await snapshots.next(), { ...trace, isOwnGroup });
    // Once proven it stays so while it has members: what proved it may have ended.
    isOwnGroup ||= remains.group !== undefined;
    const now = clock.monotonic();
    if (remains.pids.length === 0) {
      if (++clean === 2) return { left: [], foreign: remains.foreign };
      continue;
    }
    clean = 0;
    if (kill.aborted || now >= graceEnds) {
      killedSince ??= now;
      if (now - killedSince >= killLimitMs) return { left: remains.pids, foreign: remains.foreign };
      signalAll('SIGKILL', remains);
      await pause(clock, 2, undefined);
      continue;
    }
    if (!signalled) {
      signalled = true;
      signalAll('SIGTERM', remains);
      signalAll('SIGCONT', remains);
      onSignalled?.();
    }
    await pause(clock, Math.min(5 * 2 ** Math.min(round, 4), longestPauseMs, graceEnds - now), kill);
  }
}

function signalAll(signal: NodeJS.Signals, { group, outside }: Remains): void {
  if (group !== undefined) send(-group, signal);
  for (const pid of outside) send(pid, signal);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // Gone meanwhile; or a program of another user (sudo), which the limit reports.
    const code = codeOf(error);
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

/** Whether a group has members. Zombies count too: "yes" means "perhaps". */
export function mayHaveMembers(group: number): boolean {
  const { stackTraceLimit } = Error;
  // Asked after every command, and nearly always answered by an error: its stack would cost 8 µs, half of what the rest does.
  Error.stackTraceLimit = 0;
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Waits; an abort of `wake` ends the wait. */
export function pause(clock: Clock, ms: number, wake: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      wake?.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.timer(ms, end);
    wake?.addEventListener('abort', end, { once: true });
  });
}
