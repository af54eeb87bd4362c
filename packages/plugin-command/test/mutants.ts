import type { Executor, Outcome } from '@orch/core/author';

/** An executor of real processes with one mistake that somebody could make. */
export interface Mutant {
  readonly mistake: string;
  /** The case that is there to catch it. Others may, too. */
  readonly by: string;
  /** Called for each case; what it answers with for each executor of the case: the one of the next process shares what it closes over. */
  readonly make: () => (sound: Sound) => Partial<Executor>;
}

type Sound = Required<Executor>;

const unheard = new AbortController().signal;

export const mutants: readonly Mutant[] = [
  {
    mistake: 'answers before the processes have ended',
    by: 'E07',
    make: () => (sound) => ({
      execute: (attempt, context) =>
        Promise.race([asked(context.signal), sound.execute(attempt, { ...context, signal: unheard })]),
    }),
  },
  {
    mistake: 'a check finds something in every phase',
    by: 'E14',
    make: () => (sound) => ({
      check: async (phases) => [
        ...(await sound.check(phases)),
        ...phases.map(({ phase }) => ({ ...shellMissing, phase, path: ['command'] })),
      ],
    }),
  },
  { mistake: 'a check finds nothing', by: 'E15', make: () => () => ({ check: async () => [] }) },
  {
    mistake: 'paths of findings start at the plan',
    by: 'E15',
    make: () => (sound) => ({
      check: async (phases) =>
        (await sound.check(phases)).map((it) => ({ ...it, path: ['phases', it.phase, ...it.path] })),
    }),
  },
  {
    mistake: 'can not settle a run that it has not seen',
    by: 'E16',
    make() {
      const seen = new Set<string>();
      return (sound) => ({
        async settle(run, known) {
          if (!seen.has(run)) throw new Error(`there is no run ${run}`);
          await sound.settle(run, known);
        },
        execute(attempt, context) {
          seen.add(attempt.runId);
          return sound.execute(attempt, context);
        },
      });
    },
  },
  {
    mistake: 'leaves forgotten attempts to themselves',
    by: 'E17',
    make() {
      const started = new Set<string>();
      return (sound) => ({
        execute(attempt, context) {
          started.add(attempt.key);
          return sound.execute(attempt, context);
        },
        settle: (run, known) => sound.settle(run, known.union(started)),
      });
    },
  },
  {
    mistake: 'answers before forgotten attempts have ended',
    by: 'E17',
    make: () => (sound) => ({
      async settle(run, known) {
        const settled = sound.settle(run, known);
        if (known.has('another')) settled.catch(() => undefined);
        else await settled;
      },
    }),
  },
  {
    mistake: 'settles by ending all that is there',
    by: 'E18',
    make: () => (sound) => ({ settle: (run) => sound.settle(run, new Set()) }),
  },
  {
    mistake: 'what is not there is gone, and may still begin',
    by: 'E19',
    make() {
      const started = new Set<string>();
      return (sound) => ({
        execute(attempt, context) {
          started.add(attempt.key);
          return sound.execute(attempt, context);
        },
        adopt: async (attempt, context) => (started.has(attempt.key) ? sound.adopt(attempt, context) : { gone: true }),
      });
    },
  },
  { mistake: 'adopts nothing', by: 'E20', make: () => () => ({ adopt: async () => ({ gone: true }) }) },
  {
    mistake: 'adopts by starting again',
    by: 'E20',
    make: () => (sound) => ({
      adopt: async (attempt, context) => ({
        outcome: sound.execute({ ...attempt, key: `${attempt.key.slice(1)}x` }, context),
      }),
    }),
  },
  {
    mistake: 'what has ended is gone',
    by: 'E21',
    make() {
      const ended = new Set<string>();
      return (sound) => ({
        async execute(attempt, context) {
          const outcome = await sound.execute(attempt, context);
          ended.add(attempt.key);
          return outcome;
        },
        adopt: async (attempt, context) => (ended.has(attempt.key) ? { gone: true } : sound.adopt(attempt, context)),
      });
    },
  },
  {
    mistake: 'what it adopts always ends well',
    by: 'E21',
    make: () =>
      changeAdopted((outcome) => (outcome.status === 'failed' ? { status: 'completed', exitCode: 0 } : outcome)),
  },
  {
    mistake: 'adopts an attempt once',
    by: 'E22',
    make() {
      const adopted = new Set<string>();
      return (sound) => ({
        async adopt(attempt, context) {
          if (adopted.has(attempt.key)) return { gone: true };
          adopted.add(attempt.key);
          return sound.adopt(attempt, context);
        },
      });
    },
  },
  {
    mistake: 'lets an adopted attempt go on when it is to end',
    by: 'E23',
    make: () => (sound) => ({
      async adopt(attempt, context) {
        const found = await sound.adopt(attempt, { ...context, signal: unheard });
        return 'gone' in found ? found : { outcome: Promise.race([asked(context.signal), found.outcome]) };
      },
    }),
  },
  {
    mistake: 'takes the end of what was ended for success',
    by: 'E24',
    make: () => changeAdopted((outcome) => (outcome.status === 'aborted' ? { status: 'completed' } : outcome)),
  },
  {
    mistake: 'what can not be seen is gone',
    by: 'E25',
    make: () => (sound) => ({
      adopt: async (attempt, context) => sound.adopt(attempt, context).catch(() => ({ gone: true })),
    }),
  },
  {
    mistake: 'does not take the word of a person',
    by: 'E26',
    make: () => (sound) => ({ adopt: (attempt, context) => sound.adopt(attempt, { ...context, otherHost: false }) }),
  },
];

const shellMissing = {
  code: 'ORCH_PLAN_COMMAND_NOT_FOUND',
  severity: 'warning',
  message: 'There may be no shell.',
} as const;

function asked(signal: AbortSignal): Promise<Outcome> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve({ status: 'aborted' })));
}

function changeAdopted(change: (outcome: Outcome) => Outcome): (sound: Sound) => Partial<Executor> {
  return (sound) => ({
    async adopt(attempt, context) {
      const found = await sound.adopt(attempt, context);
      return 'gone' in found ? found : { outcome: found.outcome.then(change) };
    },
  });
}
