import { constants } from 'node:os';
import type { Outcome, ProcessEnd, SerializedError } from '@orch/core/author';
import type { EndReason } from './stop-file.ts';

type Failed = Extract<Outcome, { readonly status: 'failed' }>;

/** The outcome of a command that ended by itself. `note`: what else a person should know. */
export function exited(exitCode: number, note?: string): Outcome {
  if (exitCode === 0) return { status: 'completed', exitCode };
  const hints = [note, hintOf(exitCode)].filter((it) => it !== undefined);
  const hint = hints.length === 0 ? {} : { hint: hints.join(' ') };
  const message = `The command ended with exit code ${exitCode}.`;
  return { status: 'failed', class: 'exit', exitCode, error: { code: 'ORCH_PHASE_EXIT', message, ...hint } };
}

/** The wrapper itself was killed: the exit code is lost with it. Signals from 32 up have no name. */
export function wrapperKilled(signal: string | undefined): Outcome {
  const message = `The command's shell was ended by ${signal ?? 'a signal without a name'}; what it left running was stopped.`;
  const error = { code: 'ORCH_PHASE_SIGNAL', message };
  return { status: 'failed', class: 'signal', ...(signal === undefined ? {} : { signal }), error };
}

export function notStarted(message: string, hint?: string): Outcome {
  const error: SerializedError = { code: 'ORCH_PHASE_START', message, ...(hint === undefined ? {} : { hint }) };
  return { status: 'failed', class: 'unknown', error };
}

export interface EndedOutcome {
  readonly reason: EndReason;
  readonly end: ProcessEnd;
  /** Processes that could not be killed. */
  readonly left: readonly number[];
  readonly timeoutMs?: number | undefined;
  readonly idleTimeoutMs?: number | undefined;
}

/** The outcome of an attempt that orch ended. The engine words the reasons that are its own. */
export function endedBy({ reason, end, left, idleTimeoutMs }: EndedOutcome): Outcome {
  const note = left.length === 0 ? undefined : `still running: ${left.join(', ')}`;
  if (reason !== 'idle') return { status: 'aborted', ...end, ...(note === undefined ? {} : { note }) };
  const limit = idleTimeoutMs === undefined ? 'its idle timeout' : `${idleTimeoutMs / 1_000} s, its idle timeout`;
  const message = `The command printed nothing for ${limit}${note === undefined ? '' : ` (${note})`}.`;
  return { ...end, status: 'failed', class: 'timeout', error: { code: 'ORCH_PHASE_IDLE', message } };
}

/** An earlier process ended the attempt, and did not come to say so. */
export function endedEarlier(ended: EndedOutcome): Outcome {
  if (ended.reason !== 'timeout') return endedBy(ended);
  const { timeoutMs, end } = ended;
  const limit = timeoutMs === undefined ? 'its timeout' : `its timeout of ${timeoutMs / 1_000} s`;
  const failure: Failed = {
    ...end,
    status: 'failed',
    class: 'timeout',
    error: { code: 'ORCH_PHASE_TIMEOUT', message: `The attempt took longer than ${limit}.` },
  };
  return failure;
}

/** What shells mean by some exit codes. */
function hintOf(exitCode: number): string | undefined {
  if (exitCode === 126) return 'A shell answers 126 when a program may not be executed: see the log for its name.';
  if (exitCode === 127) return 'A shell answers 127 when there is no such program: see the log for its name.';
  const signal = signalBehind(exitCode);
  return signal === undefined ? undefined : `A shell answers ${exitCode} when ${signal} ended the command.`;
}

/** Those that end no command: they are ignored, or stop it. */
const harmless: ReadonlySet<string> = new Set(
  'SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGWINCH'.split(' '),
);
const firstRealTime = 32;
const lastSignal = 64;

function signalBehind(exitCode: number): string | undefined {
  const number = exitCode - 128;
  if (number === constants.signals.SIGKILL) return 'SIGKILL (out of memory?)';
  if (number >= firstRealTime && number <= lastSignal) return `signal ${number}`;
  const [name] = Object.entries(constants.signals).find(([it, at]) => at === number && !harmless.has(it)) ?? [];
  return name;
}
