import type { Backend, Fence } from '@orch/core/author';
import type { Mutant } from './mutant.ts';

/** Mistakes of making, taking, letting go and deleting. */
export const holdingMutants: readonly Mutant[] = [
  {
    mistake: 'an acquire takes what is held',
    by: 'B46',
    make: (sound) => ({
      async acquire(run, taking) {
        const holder = await sound.holder(run);
        return sound.acquire(run, holder === undefined ? taking : { ...taking, overEpoch: holder.epoch });
      },
    }),
  },
  {
    mistake: 'an expired lease is free',
    by: 'B55',
    make: (sound) => ({
      async acquire(run, taking) {
        const holder = await sound.holder(run);
        return sound.acquire(run, holder?.expired === true ? { ...taking, overEpoch: holder.epoch } : taking);
      },
    }),
  },
  {
    mistake: 'a take-over from an expired lease does not look whether it still is',
    by: 'B77',
    make: (sound) => ({
      acquire: (run, { ifExpired: _ifExpired, ...taking }) => sound.acquire(run, taking),
    }),
  },
  {
    mistake: 'a repeated acquire is another taking',
    by: 'B47',
    make(sound) {
      let count = 0;
      return { acquire: (run, taking) => sound.acquire(run, { ...taking, token: `${taking.token}-${++count}` }) };
    },
  },
  {
    mistake: 'leases never expire',
    by: 'B55',
    make: (sound) => ({
      async holder(run) {
        const holder = await sound.holder(run);
        return holder && { ...holder, expired: false };
      },
    }),
  },
  {
    mistake: 'an append does not count as a sign of life',
    by: 'B91',
    make(sound, now) {
      const ends = new Map<string, number>();
      return {
        async create(run, first) {
          ends.set(run, now() + first.ttlMs);
          return sound.create(run, first);
        },
        async renew(run, fence, ttlMs) {
          ends.set(run, now() + ttlMs);
          return sound.renew(run, fence, ttlMs);
        },
        async holder(run) {
          const holder = await sound.holder(run);
          return holder && { ...holder, expired: now() > (ends.get(run) ?? 0) };
        },
      };
    },
  },
  {
    mistake: 'a lease from the future has ended',
    by: 'B92',
    make: (sound, now) => ({
      async holder(run) {
        const holder = await sound.holder(run);
        return holder && { ...holder, expired: holder.expired || holder.since > now() };
      },
    }),
  },
  {
    mistake: 'close lets go of all runs',
    by: 'B96',
    make(sound) {
      const fences = new Map<string, Fence>();
      return {
        async acquire(run, taking) {
          const answer = await sound.acquire(run, taking);
          if (answer.status === 'held') fences.set(run, answer.fence);
          return answer;
        },
        async close() {
          for (const [run, fence] of fences) await sound.release(run, fence).catch(() => undefined);
          await sound.close();
        },
      };
    },
  },
  { mistake: 'renew always says yes', by: 'B53', make: () => ({ renew: async () => true }) },
  {
    mistake: 'renew does not renew',
    by: 'B56',
    make: () => ({ renew: async (run, fence) => run !== 'nothing' && fence.token === 'first' }),
  },
  {
    mistake: 'anybody may let go',
    by: 'B54',
    make: (sound) => ({
      async release(run) {
        const holder = await sound.holder(run);
        if (holder === undefined) return;
        const answer = await sound.acquire(run, {
          owner: holder.by,
          token: 'thief',
          ttlMs: 1,
          overEpoch: holder.epoch,
        });
        if (answer.status === 'held') await sound.release(run, answer.fence);
      },
    }),
  },
  { mistake: 'letting go does nothing', by: 'B48', make: () => ({ release: async () => undefined }) },
  {
    mistake: 'epochs begin again after delete',
    by: 'B08',
    make(sound) {
      let deleted = 0;
      return {
        async delete(run, fence) {
          await sound.delete(run, fence);
          deleted = fence.epoch;
        },
        async create(run, first) {
          const answer = await sound.create(run, first);
          return answer.status === 'created' && deleted > 0
            ? { status: 'created', fence: { ...answer.fence, epoch: answer.fence.epoch - deleted } }
            : answer;
        },
      };
    },
  },
  {
    mistake: 'the second create takes the run',
    by: 'B04',
    make: (sound) => ({
      async create(run, first) {
        const answer = await sound.create(run, first);
        if (answer.status === 'created') return answer;
        const holder = await sound.holder(run);
        const taken = await sound.acquire(run, { ...first, overEpoch: holder?.epoch ?? 0 });
        return taken.status === 'held' ? { status: 'created', fence: taken.fence } : answer;
      },
    }),
  },
  {
    mistake: 'a repeated create finds the run there already',
    by: 'B05',
    make(sound) {
      const made = new Set<string>();
      return {
        async create(run, first) {
          if (made.has(run)) return { status: 'exists' };
          made.add(run);
          return sound.create(run, first);
        },
      };
    },
  },
  { mistake: 'close leaves it open', by: 'B02', make: () => ({ close: async () => undefined }) },
  { mistake: 'a deletion needs no fence', by: 'B10', make: deleteUnfenced },
];

function deleteUnfenced(sound: Backend): Partial<Backend> {
  return {
    async delete(run, fence) {
      const holder = await sound.holder(run);
      const taking = {
        owner: { host: '', machine: '', boot: '', namespace: '', pid: 1, startTime: '' },
        token: 'thief',
        ttlMs: 1,
      };
      const answer = await sound.acquire(run, { ...taking, overEpoch: holder?.epoch ?? fence.epoch });
      if (answer.status === 'held') await sound.delete(run, answer.fence);
    },
  };
}
