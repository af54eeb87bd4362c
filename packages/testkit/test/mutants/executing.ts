import { systemClock } from '@orch/core/author';
import type { Attempt, AttemptContext, Executor, Json, Outcome } from '@orch/core/author';

/** An executor with one mistake that somebody could make. */
export interface ExecutorMutant {
  readonly mistake: string;
  /** The case that is there to catch it. Others may, too. */
  readonly by: string;
  readonly make: (sound: Executor) => Executor;
}

type Execute = Executor['execute'];

const unheard = new AbortController().signal;

/** Mistakes of carrying out attempts. */
export const executingMutants: readonly ExecutorMutant[] = [
  {
    mistake: 'work that ends well is answered as aborted',
    by: 'E01',
    make: changeOutcome((outcome) => (outcome.status === 'completed' ? { status: 'aborted' } : outcome)),
  },
  {
    mistake: 'rejects where the work fails',
    by: 'E02',
    make: changeOutcome((outcome) => {
      if (outcome.status === 'failed') throw new Error(outcome.error.message);
      return outcome;
    }),
  },
  {
    mistake: 'fails with a code of its own',
    by: 'E02',
    make: changeOutcome((outcome) =>
      outcome.status === 'failed' ? { ...outcome, error: { ...outcome.error, code: 'EFAIL' } } : outcome,
    ),
  },
  {
    mistake: 'no output is null',
    by: 'E03',
    make: changeOutcome((outcome) => (outcome.status === 'completed' ? { output: null, ...outcome } : outcome)),
  },
  {
    mistake: 'an outcome carries the error itself',
    by: 'E04',
    make: changeOutcome((outcome) =>
      outcome.status === 'failed' ? { ...outcome, error: Object.assign(new Error('x'), outcome.error) } : outcome,
    ),
  },
  {
    mistake: 'copies outputs by assignment, so that `__proto__` is lost',
    by: 'E05',
    make: changeOutcome((outcome) =>
      outcome.status === 'completed' && outcome.output !== undefined
        ? { ...outcome, output: assigned(outcome.output) }
        : outcome,
    ),
  },
  {
    mistake: 'an output that is not JSON is an output that is not there',
    by: 'E06',
    make: changeOutcome((outcome) =>
      outcome.status === 'failed' && outcome.class === 'invalid-output' ? { status: 'completed' } : outcome,
    ),
  },
  {
    mistake: 'work that was ended has failed',
    by: 'E07',
    make: changeOutcome((outcome) =>
      outcome.status === 'aborted'
        ? { status: 'failed', class: 'signal', error: { code: 'ORCH_PHASE_SIGNAL', message: 'SIGTERM' } }
        : outcome,
    ),
  },
  {
    mistake: 'answers as soon as it has asked the work to end',
    by: 'E07',
    make: changeExecute((execute, attempt, context) =>
      Promise.race([aborted(context.signal), execute(attempt, { ...context, signal: unheard })]),
    ),
  },
  {
    mistake: 'looks at the signal in a later turn only, and then for changes',
    by: 'E08',
    make: changeExecute((execute, attempt, context) => execute(attempt, { ...context, signal: late(context.signal) })),
  },
  {
    mistake: 'does not hear the order to kill',
    by: 'E09',
    make: changeExecute((execute, attempt, context) => execute(attempt, { ...context, kill: unheard })),
  },
  {
    mistake: 'attempts of one phase share a signal, whatever the run',
    by: 'E10',
    make: sharesSignals(({ phase, index }) => `${phase} ${index}`),
  },
  {
    mistake: 'instances of a phase share a signal',
    by: 'E11',
    make: sharesSignals(({ runId, phase }) => `${runId} ${phase}`),
  },
  {
    mistake: 'keeps attempts in an object, by phase',
    by: 'E12',
    make(sound) {
      const active: Record<string, Attempt> = {};
      return executing(sound, async (attempt, context) => {
        if (active[attempt.phase] !== undefined) throw new Error(`${attempt.phase} runs already`);
        active[attempt.phase] = attempt;
        const outcome = await sound.execute(attempt, context);
        delete active[attempt.phase];
        return outcome;
      });
    },
  },
  {
    mistake: 'a phase is never carried out twice',
    by: 'E13',
    make(sound) {
      const seen = new Map<string, Promise<Outcome>>();
      return executing(sound, (attempt, context) => {
        const key = JSON.stringify([attempt.runId, attempt.phase, attempt.index]);
        const outcome = seen.get(key) ?? sound.execute(attempt, context);
        seen.set(key, outcome);
        return outcome;
      });
    },
  },
];

function executing(sound: Executor, execute: Execute): Executor {
  return { ...sound, execute };
}

function changeExecute(
  change: (execute: Execute, attempt: Attempt, context: AttemptContext) => Promise<Outcome>,
): ExecutorMutant['make'] {
  return (sound) =>
    executing(sound, (attempt, context) => change((...given) => sound.execute(...given), attempt, context));
}

function changeOutcome(change: (outcome: Outcome) => Outcome): ExecutorMutant['make'] {
  return changeExecute(async (execute, attempt, context) => change(await execute(attempt, context)));
}

function aborted(signal: AbortSignal): Promise<Outcome> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve({ status: 'aborted' })));
}

function late(signal: AbortSignal): AbortSignal {
  const heard = new AbortController();
  systemClock.timer(0, () => signal.addEventListener('abort', () => heard.abort(signal.reason)));
  return heard.signal;
}

function sharesSignals(keyOf: (attempt: Attempt) => string): ExecutorMutant['make'] {
  const shared = new Map<string, AbortController>();
  return changeExecute((execute, attempt, context) => {
    const control = shared.get(keyOf(attempt)) ?? new AbortController();
    shared.set(keyOf(attempt), control);
    context.signal.addEventListener('abort', () => control.abort(context.signal.reason));
    return execute(attempt, { ...context, signal: control.signal });
  });
}

function assigned(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(assigned);
  const made: Record<string, Json> = {};
  for (const [key, inner] of Object.entries(value)) made[key] = assigned(inner as Json);
  return made;
}
