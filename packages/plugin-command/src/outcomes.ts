import type { Outcome, ProcessEnd, SerializedError } from '@orch/core/author';
import type { EndReason } from './stop-file.ts';

type Failed = Extract<Outcome, { readonly status: 'failed' }>;

/** The outcome of a command that ended by itself. */
export function exited(exitCode: number): Outcome {
  if (exitCode === 0) return { status: 'completed', exitCode };
  const signal = signalBehind(exitCode);
  const hint = signal === undefined ? {} : { hint: `A shell answers ${exitCode} when ${signal} ended the command.` };
  const message = `The command ended with exit code ${exitCode}.`;
  return { status: 'failed', class: 'exit', exitCode, error: { code: 'ORCH_PHASE_EXIT', message, ...hint } };
}

/** The wrapper itself was killed: the exit code is lost with it. */
export function wrapperKilled(signal: string): Outcome {
  const message = `The command's shell was ended by ${signal}; what it left running was stopped.`;
  return { status: 'failed', class: 'signal', signal, error: { code: 'ORCH_PHASE_SIGNAL', message } };
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

const signals: ReadonlyMap<number, string> = new Map([
  [129, 'SIGHUP'],
  [130, 'SIGINT'],
  [131, 'SIGQUIT'],
  [132, 'SIGILL'],
  [134, 'SIGABRT'],
  [135, 'SIGBUS'],
  [136, 'SIGFPE'],
  [137, 'SIGKILL (out of memory?)'],
  [139, 'SIGSEGV'],
  [141, 'SIGPIPE'],
  [143, 'SIGTERM'],
]);

function signalBehind(exitCode: number): string | undefined {
  return signals.get(exitCode);
}
