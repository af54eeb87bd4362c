import type { ErrorCode } from '@orch/core';
import { exitCodes } from './catalogue.ts';
import type { ExitCode } from './catalogue.ts';

const notFound: readonly ErrorCode[] = [
  'ORCH_PLAN_NOT_FOUND',
  'ORCH_CONFIG_NOT_FOUND',
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
  'ORCH_RUN_UNFINISHED',
  'ORCH_RUN_NOTHING_SELECTED',
  'ORCH_RUN_TWO_WAYS',
  'ORCH_OPTION_INVALID',
  'ORCH_BACKEND_SETTINGS',
  'ORCH_BACKEND_UNKNOWN',
  'ORCH_PLUGIN_INVALID',
  'ORCH_PLUGIN_CONTRACT',
  'ORCH_PLUGIN_MISSING',
];

/** The machine is at fault, not what was said. */
const machine: readonly ErrorCode[] = ['ORCH_PLAN_UNREADABLE'];

/** Codes of a domain that all mean a wrong plan, module, config, workflow or input. */
const usagePrefixes: readonly string[] = [
  'ORCH_PLAN_',
  'ORCH_WORKFLOW_',
  'ORCH_INPUT_',
  'ORCH_LANGUAGE_',
  'ORCH_MODULE_',
  'ORCH_CONFIG_',
];

/** Codes of a phase that ended badly. */
const phasePrefixes: readonly string[] = ['ORCH_PHASE_', 'ORCH_HOOK_', 'ORCH_EXECUTOR_ANSWER'];

/** The exit code of an error code. What no list names is damage: never 0. */
export function exitCodeOf(code: string): ExitCode {
  const isIn = (list: readonly string[]): boolean => list.includes(code);
  const startsWithOneOf = (prefixes: readonly string[]): boolean => prefixes.some((prefix) => code.startsWith(prefix));
  if (isIn(notFound)) return exitCodes.notFound;
  if (isIn(driven)) return exitCodes.driven;
  if (isIn(machine)) return exitCodes.damaged;
  if (isIn(usage) || startsWithOneOf(usagePrefixes)) return exitCodes.usage;
  if (startsWithOneOf(phasePrefixes)) return exitCodes.phaseFailed;
  return exitCodes.damaged;
}

/** All of them, from the best to the worst: that orch was told to stop tells more than what stopped. */
const fromBest: readonly ExitCode[] = [
  exitCodes.done,
  exitCodes.waiting,
  exitCodes.driven,
  exitCodes.phaseFailed,
  exitCodes.timeout,
  exitCodes.notFound,
  exitCodes.usage,
  exitCodes.damaged,
  exitCodes.hangup,
  exitCodes.interrupt,
  exitCodes.terminate,
];

/** The worst of several exit codes; of none, success. */
export function worstOf(codes: readonly ExitCode[]): ExitCode {
  return fromBest[Math.max(0, ...codes.map((code) => fromBest.indexOf(code)))] ?? exitCodes.damaged;
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
