import type { Clock } from '../clock.ts';
import { orchError } from '../errors/orch-error.ts';
import { isThenable } from '../hooks/thenable.ts';
import { lazyFields } from '../lazy-fields.ts';
import type { PhaseFunction } from '../spec/workflow.ts';
import type { Attempt, AttemptContext, Executor, Outcome } from './executor.ts';
import { completedWith } from './function-output.ts';
import { failedWith } from './thrown-error.ts';

export interface FunctionExecutorOptions {
  /** Its timer measures the grace. */
  readonly clock: Clock;
  /** How long a function has to settle after its signal was aborted; default 5,000 ms. */
  readonly graceMs?: number;
  /** Keys of the attempts of earlier take-ups of the run, a list that may still grow; default: none. */
  readonly knownKeys?: readonly string[];
}

interface Unsettled {
  readonly by: Executor;
  readonly attempt: Attempt;
  readonly settled: Promise<unknown>;
}

/**
 * Functions that have not settled: no other attempt starts beside one that did not obey its signal, or was not given the
 * time to. Of the process, not of an executor: the next take-up of the run has another executor, and knows it by its key.
 * A run of the same id in another backend does not.
 */
const unsettled = new Set<Unsettled>();

/**
 * Carries out the functions of a workflow, by phase name. A function can't be killed: one that does not settle within
 * its grace is reported as still running. There is no `adopt`: a function does not outlive its process.
 */
export function functionExecutor(
  functions: ReadonlyMap<string, PhaseFunction>,
  { clock, graceMs = 5_000, knownKeys = [] }: FunctionExecutorOptions,
): Executor {
  const isBefore = ({ runId, phase, index }: Attempt, { by, attempt }: Unsettled): boolean =>
    attempt.phase === phase &&
    attempt.index === index &&
    attempt.runId === runId &&
    (by === executor || knownKeys.includes(attempt.key));
  const executor: Executor = {
    async execute(attempt, context) {
      const work = functions.get(attempt.phase);
      if (work === undefined) throw noFunction(attempt);
      for (const before of unsettled) {
        if (!isBefore(attempt, before)) continue;
        await settledOrStopped(before.settled, context);
        if (context.signal.aborted || context.kill.aborted) return unsettled.has(before) ? stillRunning : aborted;
      }
      const called = call(work, attempt, context);
      // What has ended needs nobody to watch its signals.
      if (!(called instanceof Promise)) return called;
      const running = { by: executor, attempt, settled: called };
      unsettled.add(running);
      void called.finally(() => unsettled.delete(running));
      const outcome = await outcomeOrStuck(called, context, { clock, graceMs });
      return outcome === 'stuck' ? stillRunning : outcome;
    },
  };
  return executor;
}

const aborted: Outcome = { status: 'aborted' };
const stillRunning: Outcome = { status: 'aborted', note: 'still running' };

const withSignal = lazyFields<AttemptContext, Pick<AttemptContext, 'signal'>>({
  signal: (context) => context.signal,
});

/** Never throws or rejects. */
function call(work: PhaseFunction, attempt: Attempt, context: AttemptContext): Outcome | Promise<Outcome> {
  try {
    const eager = {
      inputs: context.inputs,
      outputs: context.outputs,
      runId: attempt.runId,
      phase: attempt.phase,
      attempt: attempt.number,
      idempotencyKey: context.idempotencyKey,
      log: context.log,
    };
    const value: unknown = work(withSignal(eager, context));
    return isThenable(value) ? outcomeOf(value) : completedWith(value);
  } catch (thrown) {
    return failedWith(thrown);
  }
}

async function outcomeOf(value: PromiseLike<unknown>): Promise<Outcome> {
  try {
    return completedWith(await value);
  } catch (thrown) {
    return failedWith(thrown);
  }
}

type Signals = Pick<AttemptContext, 'signal' | 'kill'>;

function settledOrStopped(before: Promise<unknown>, { signal, kill }: Signals): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      signal.removeEventListener('abort', finish);
      kill.removeEventListener('abort', finish);
      resolve();
    };
    signal.addEventListener('abort', finish);
    kill.addEventListener('abort', finish);
    if (signal.aborted || kill.aborted) finish();
    void before.then(finish);
  });
}

/** What comes first: the outcome, the end of the grace, or the order to end without one. */
function outcomeOrStuck(
  called: Promise<Outcome>,
  { signal, kill }: Signals,
  { clock, graceMs }: { readonly clock: Clock; readonly graceMs: number },
): Promise<Outcome | 'stuck'> {
  return new Promise((resolve) => {
    let isStopped = false;
    let cancelTimer = (): void => {};
    const finish = (outcome: Outcome | 'stuck'): void => {
      cancelTimer();
      signal.removeEventListener('abort', beginGrace);
      kill.removeEventListener('abort', giveUp);
      resolve(outcome);
    };
    const giveUp = (): void => finish('stuck');
    const beginGrace = (): void => {
      isStopped = true;
      cancelTimer = clock.timer(graceMs, giveUp);
    };
    signal.addEventListener('abort', beginGrace, { once: true });
    kill.addEventListener('abort', giveUp, { once: true });
    // The function itself may have led to the abort before its first await.
    if (signal.aborted) beginGrace();
    if (kill.aborted) giveUp();
    void called.then((outcome) => finish(isStopped ? aborted : outcome));
  });
}

function noFunction({ runId, phase, workflow }: Attempt): Error {
  return orchError({
    code: 'ORCH_WORKFLOW_MISSING',
    message: `Run ${runId}: phase ${JSON.stringify(phase)} is a function, and workflow ${workflow} at hand has none for it.`,
    hint: 'Run the script that defines the workflow, or hand the workflow to recover.',
  });
}
