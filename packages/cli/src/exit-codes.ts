import type { ErrorCode } from '@orch/core';

/** What `orch` ends with. Scripts rely on them: they are never renumbered. */
export const exitCodes = {
  done: 0,
  phaseFailed: 1,
  usage: 2,
  notFound: 3,
  driven: 4,
  damaged: 5,
  waiting: 6,
  timeout: 124,
  hangup: 129,
  interrupt: 130,
  terminate: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const meanings: readonly (readonly [ExitCode, string])[] = [
  [exitCodes.done, 'done'],
  [exitCodes.phaseFailed, 'a phase failed, or the run was cancelled'],
  [exitCodes.usage, 'usage, or an invalid plan'],
  [exitCodes.notFound, 'no such plan, run, phase or checkpoint'],
  [exitCodes.driven, 'driven by someone else'],
  [exitCodes.damaged, 'backend unreachable, state damaged, or a bug in orch'],
  [exitCodes.waiting, 'waiting for a person or a time'],
  [exitCodes.timeout, 'the timeout of the run passed'],
  [exitCodes.hangup, 'SIGHUP: commands go on'],
  [exitCodes.interrupt, 'SIGINT: stopped, recover goes on'],
  [exitCodes.terminate, 'SIGTERM: stopped, recover goes on'],
];

/** The exit codes as `--help` shows them. */
export function describeExitCodes(): string {
  return `Exit codes:\n${meanings.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join('\n')}`;
}

const notFound: readonly ErrorCode[] = [
  'ORCH_PLAN_NOT_FOUND',
  'ORCH_RUN_UNKNOWN',
  'ORCH_RUN_NO_CHECKPOINT',
  'ORCH_RUN_NO_PHASE',
];

const driven: readonly ErrorCode[] = ['ORCH_RUN_OWNED', 'ORCH_RUN_LOST', 'ORCH_RUN_OTHER_HOST', 'ORCH_RUN_TAKE_OVER'];

const usage: readonly ErrorCode[] = [
  'ORCH_CLI_USAGE',
  'ORCH_RUN_ID_INVALID',
  'ORCH_RUN_AMBIGUOUS',
  'ORCH_RUN_EXISTS',
  'ORCH_RUN_FINISHED',
  'ORCH_BACKEND_UNKNOWN',
  'ORCH_PLUGIN_INVALID',
  'ORCH_PLUGIN_CONTRACT',
  'ORCH_PLUGIN_MISSING',
];

/** Codes of a domain that all mean a wrong plan, workflow or input. */
const usagePrefixes: readonly string[] = ['ORCH_PLAN_', 'ORCH_WORKFLOW_', 'ORCH_INPUT_'];

/** Codes of a phase that ended badly. */
const phasePrefixes: readonly string[] = ['ORCH_PHASE_', 'ORCH_HOOK_'];

/** The exit code of an error code. What no list names is damage: never 0. */
export function exitCodeOf(code: string): ExitCode {
  const isIn = (list: readonly string[]): boolean => list.includes(code);
  const startsWithOneOf = (prefixes: readonly string[]): boolean => prefixes.some((prefix) => code.startsWith(prefix));
  if (isIn(notFound)) return exitCodes.notFound;
  if (isIn(driven)) return exitCodes.driven;
  if (isIn(usage) || startsWithOneOf(usagePrefixes)) return exitCodes.usage;
  if (startsWithOneOf(phasePrefixes)) return exitCodes.phaseFailed;
  return exitCodes.damaged;
}

/** The exit code of a run that this process, or one that it watched, brought to its end. */
export function exitCodeOfRun(status: string, reason?: string): ExitCode {
  switch (status) {
    case 'completed':
      return exitCodes.done;
    case 'failed':
      return reason === 'timeout' ? exitCodes.timeout : exitCodes.phaseFailed;
    case 'cancelled':
      return exitCodes.phaseFailed;
    case 'waiting':
      return exitCodes.waiting;
    default:
      return exitCodes.damaged;
  }
}
