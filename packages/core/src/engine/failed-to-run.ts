import { isOrchError, messageOf, orchError } from '../errors/orch-error.ts';
import type { Outcome } from '../executor/executor.ts';
import type { SerializedError } from '../run/event.ts';
import { nameOf } from '../run/state.ts';
import type { RunState } from '../run/state.ts';

/** For want of a place to keep the state of an attempt no phase is to blame. */
export function isUnavailable(error: unknown): boolean {
  return isOrchError(error, 'ORCH_BACKEND_UNAVAILABLE');
}

/** What an executor throws is its own failure, but for `isUnavailable`: rethrown. */
export function failedToRun(error: unknown): Outcome {
  if (isUnavailable(error)) throw error;
  const { code, hint } = isOrchError(error) ? error : { code: 'ORCH_PHASE_START' };
  return {
    status: 'failed',
    class: 'unknown',
    error: { code, message: messageOf(error), ...(hint === undefined ? {} : { hint }) },
  };
}

export function hookFailure(error: unknown): SerializedError {
  return { code: 'ORCH_PHASE_HOOK', message: messageOf(error) };
}

/** A phase of a kind that no loaded plugin carries out. */
export function noExecutor(state: RunState, phase: number, kind: string = state.spec.phases[phase]!.kind): Error {
  return orchError({
    code: 'ORCH_PLUGIN_MISSING',
    message: `Phase ${JSON.stringify(nameOf(state, phase))} is of kind ${JSON.stringify(kind)}, which no loaded plugin carries out.`,
    hint:
      kind === 'command'
        ? 'Add commandPlugin() of @orch/plugin-command to the plugins.'
        : 'Add the plugin that carries it out to the plugins.',
  });
}
