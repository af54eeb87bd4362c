import type { Attempt, AttemptContext, Log } from '../executor/executor.ts';
import { ownCopies } from '../executor/own-copies.ts';
import { dictionary } from '../json.ts';
import { lazyFields } from '../lazy-fields.ts';
import type { RunState } from '../run/state.ts';
import type { LazyAbortController } from './lazy-abort-controller.ts';
import { outputsFor } from './scope.ts';
import type { RunInputs } from './scope.ts';

/** What `beforePhase` taps changed. */
export interface Preparation {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export const nothingPrepared: Preparation = { env: dictionary() };

interface ContextParts {
  readonly active: {
    readonly phase: number;
    readonly attempt: Attempt;
    readonly stop: LazyAbortController;
    readonly kill: LazyAbortController;
  };
  readonly state: RunState;
  readonly holds: AttemptContext['holds'];
  readonly inputs: RunInputs;
  readonly log: Log;
  readonly preparation: Preparation;
}

/** What an executor is given. Signals are made when they are asked for. */
export function attemptContext({
  active,
  state,
  holds,
  inputs,
  log,
  preparation: { env, cwd },
}: ContextParts): AttemptContext {
  const { attempt } = active;
  const key = attempt.index === undefined ? attempt.phase : `${attempt.phase}[${attempt.index}]`;
  const eager = {
    holds,
    inputs: ownCopies(inputs),
    secrets: state.spec.secrets ?? [],
    outputs: ownCopies(outputsFor(state, active.phase)),
    env,
    directory: state.created.directory,
    idempotencyKey: `${state.runId}/${key}`,
    log: logOf(log, attempt.phase),
  };
  return withSignals(cwd === undefined ? eager : { ...eager, cwd }, active);
}

const withSignals = lazyFields<ContextParts['active'], Pick<AttemptContext, 'signal' | 'kill'>>({
  signal: ({ stop }) => stop.signal,
  kill: ({ kill }) => kill.signal,
});

function logOf(log: Log, phase: string): Log {
  return {
    info: (message) => log.info(`${phase}: ${message}`),
    warn: (message) => log.warn(`${phase}: ${message}`),
  };
}
