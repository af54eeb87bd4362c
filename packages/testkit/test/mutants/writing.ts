import type { Backend, Commit, Fence, RunEvent } from '@orch/core/author';
import type { Mutant } from './mutant.ts';

/** Mistakes of `append`. */
export const writingMutants: readonly Mutant[] = [
  {
    mistake: 'no fence: whoever appends holds the run',
    by: 'B20',
    make(sound) {
      const tokens = new Map<string, string>();
      return {
        async acquire(run, taking) {
          const answer = await sound.acquire(run, taking);
          if (answer.status === 'held') tokens.set(`${run} ${answer.fence.epoch}`, answer.fence.token);
          return answer;
        },
        append: async (run, commit) =>
          sound.append(run, { ...commit, fence: await holdersFence(sound, run, commit.fence, tokens) }),
      };
    },
  },
  {
    mistake: 'no compare: appends at the end whatever version was expected',
    by: 'B13',
    make: (sound) => ({
      append: async (run, commit) =>
        sound.append(run, { ...commit, expectedVersion: await recorder(sound).version(run) }),
    }),
  },
  {
    mistake: 'a commit sent again is a conflict',
    by: 'B14',
    make: (sound) => ({
      async append(run, commit) {
        const version = await recorder(sound).version(run);
        return version === commit.expectedVersion ? sound.append(run, commit) : { status: 'conflict', version };
      },
    }),
  },
  {
    mistake: 'any commit of the same version and fence is the same commit',
    by: 'B18',
    make: (sound) => ({
      append: (run, commit) =>
        sound.append(run, commit).catch((error: { code?: string }) => {
          if (error.code === 'ORCH_JOURNAL_DAMAGED') return { status: 'ok' };
          throw error;
        }),
    }),
  },
  {
    mistake: 'a commit is written event by event',
    by: 'B26',
    make: (sound) => ({
      async append(run, commit) {
        let answer = await sound.append(run, { ...parts(commit)[0]!, summary: commit.summary });
        for (const part of parts(commit).slice(1)) {
          if (part.expectedVersion % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
          if (answer.status === 'ok') answer = await sound.append(run, part);
        }
        return answer;
      },
    }),
  },
  {
    mistake: 'a fence that never was is only a lost lease',
    by: 'B23',
    make: (sound) => ({
      append: (run, commit) =>
        sound.append(run, commit).catch((error: { code?: string }) => {
          if (error.code === 'ORCH_BACKEND_FENCE') return { status: 'lost-lease', epoch: commit.fence.epoch };
          throw error;
        }),
    }),
  },
  {
    mistake: 'the summary with the newest time wins',
    by: 'B90',
    make(sound) {
      const newest = new Map<string, Commit['summary']>();
      return {
        append: (run, commit) => {
          const before = newest.get(run);
          const summary = before !== undefined && before.updatedAt > commit.summary.updatedAt ? before : commit.summary;
          newest.set(run, summary);
          return sound.append(run, { ...commit, summary });
        },
      };
    },
  },
  {
    mistake: 'a commit has a largest size',
    by: 'B93',
    make: (sound) => ({
      append: async (run, commit) => {
        if (JSON.stringify(commit).length > 2 ** 21) throw new Error('too large');
        return sound.append(run, commit);
      },
    }),
  },
  {
    mistake: 'acknowledges without writing',
    by: 'B12',
    make: () => ({ append: async () => ({ status: 'ok' }) }),
  },
];

/** Remembers what each run's commits were, for mistakes that need to know. */
function recorder(sound: Backend): {
  readonly version: (run: string) => Promise<number>;
  readonly events: (run: string) => Promise<RunEvent[]>;
} {
  const events = async (run: string): Promise<RunEvent[]> => {
    const found: RunEvent[] = [];
    for await (const commit of sound.read(run)) found.push(...commit);
    return found;
  };
  return { events, version: async (run) => (await events(run)).length };
}

/** Takes the holder's place, as a backend would that asks nobody. */
async function holdersFence(sound: Backend, run: string, given: Fence, tokens: Map<string, string>): Promise<Fence> {
  const epoch = (await sound.holder(run))?.epoch ?? given.epoch;
  return { epoch, token: tokens.get(`${run} ${epoch}`) ?? given.token };
}

const parts = (commit: Commit): Commit[] =>
  commit.events.map((event, index) => ({
    ...commit,
    expectedVersion: commit.expectedVersion + index,
    events: [event],
  }));
