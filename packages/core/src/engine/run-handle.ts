import { orchError } from '../errors/orch-error.ts';
import type { PhaseError } from '../hooks/lifecycle-hooks.ts';
import { dictionary } from '../json.ts';
import type { Json } from '../json.ts';
import { nameOf } from '../run/state.ts';
import type { RunState } from '../run/state.ts';
import type { Driver } from './driver.ts';
import type { RunHandle, RunResult } from './options.ts';

/** What opening a run leads to: somebody who drives it, or the state of a run that needs no driving. */
export type Opened = { readonly driver: Driver } | { readonly state: RunState };

/** A handle on a run that is being opened. */
export function runHandle<P extends object>(
  runId: string,
  opening: Promise<Opened>,
  signal?: AbortSignal,
): RunHandle<P> {
  const driver = async (): Promise<Driver | undefined> => {
    const opened = await opening;
    return 'driver' in opened ? opened.driver : undefined;
  };
  const ended = opening.then((opened) => ('driver' in opened ? opened.driver.done : opened.state));
  // Whoever asks for the result hears of it; nobody else has to.
  ended.catch(() => undefined);
  const handle: RunHandle<P> = {
    runId,
    result: async () => resultOf<P>(await ended),
    async outputs() {
      const result = await handle.result();
      if (result.status === 'completed') return result.outputs;
      throw notCompleted(result);
    },
    cancel: async ({ by = 'api', message } = {}) => void (await driver())?.cancel(by, message),
    stop: async () => (await driver())?.stop(),
    detach: async () => (await driver())?.detach(),
  };
  stopOnAbort(handle, ended, signal);
  return handle;
}

function stopOnAbort(handle: RunHandle, ended: Promise<unknown>, signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  // A run that could not be opened rejects its result: nothing is left to stop.
  const stop = (): void => void handle.stop().catch(() => undefined);
  if (signal.aborted) return stop();
  signal.addEventListener('abort', stop, { once: true });
  const forget = (): void => signal.removeEventListener('abort', stop);
  ended.then(forget, forget);
}

/** The result of a run from its state. */
function resultOf<P extends object>(state: RunState): RunResult<P> {
  const outputs = dictionary<Json>();
  const failures: PhaseError[] = [];
  for (let phase = 0; phase < state.graph.size; phase++) {
    const at = state.phases[phase]!;
    if (at.status === 'completed' && at.output !== undefined) outputs[nameOf(state, phase)] = at.output;
    if (at.status !== 'failed') continue;
    failures.push({
      ...at.error,
      phase: nameOf(state, phase),
      attempt: at.attempt,
      class: at.class,
      ...(at.exitCode === undefined ? {} : { exitCode: at.exitCode }),
      ...(at.signal === undefined ? {} : { signal: at.signal }),
    });
  }
  const { runId, status } = state;
  if (status === 'completed') return { runId, status, outputs: outputs as P };
  const { reason, error } = state.failure ?? {};
  return {
    runId,
    status: status === 'running' ? 'interrupted' : status,
    outputs: outputs as Partial<P>,
    failures,
    ...(reason === undefined ? {} : { reason }),
    ...(error === undefined ? {} : { error }),
  };
}

function notCompleted(result: Exclude<RunResult, { status: 'completed' }>): Error {
  const { runId, status, failures, error } = result;
  const first = failures[0];
  const why =
    error?.message ??
    (first === undefined ? undefined : `phase ${JSON.stringify(first.phase)} failed: ${first.message}`);
  return orchError({
    code: 'ORCH_RUN_NOT_COMPLETED',
    message: why === undefined ? `Run ${runId} is ${status}, not completed.` : `Run ${runId} is ${status}: ${why}`,
    hint: `See what happened: orch show ${runId}`,
  });
}
