import type { Backend, Message, RunEvent, RunSummary } from '@orch/core/author';
import type { Mutant } from './mutant.ts';

/** Mistakes of reading, of the inbox and of the list. */
export const showingMutants: readonly Mutant[] = [
  { mistake: 'reads from the beginning', by: 'B29', make: (sound) => ({ read: (run) => sound.read(run) }) },
  {
    mistake: 'a run that is not there has no events',
    by: 'B30',
    make: (sound) => ({
      async *read(run, options) {
        if ((await sound.holder(run)) !== undefined) yield* sound.read(run, options);
      },
    }),
  },
  { mistake: 'yields events one by one', by: 'B31', make: changeRead((events) => events.map((event) => [event])) },
  {
    mistake: 'mends lone surrogates',
    by: 'B37',
    make: changeRead((events) => [
      JSON.parse(JSON.stringify(events).replace(/\\ud8[0-9a-f]{2}/g, '\ufffd')) as RunEvent[],
    ]),
  },
  {
    mistake: 'copies objects by assignment, so that `__proto__` is lost',
    by: 'B39',
    make: changeRead((events) => [events.map((event) => assigned(event) as RunEvent)]),
  },
  {
    mistake: 'reads no more than 65,536 events',
    by: 'B94',
    make: (sound) => ({
      async *read(run, options) {
        for await (const events of sound.read(run, options)) if (events[0]!.version <= 65_536) yield events;
      },
    }),
  },
  {
    mistake: 'takes ids for one whose bytes in UTF-8 are the same',
    by: 'B95',
    make: (sound) => ({ post: (run, { id, body }) => sound.post(run, { id: id.toWellFormed(), body }) }),
  },
  {
    mistake: 'stores the source in UTF-8',
    by: 'B99',
    make: changeList((runs) =>
      runs.map((it) => (it.source === undefined ? it : { ...it, source: it.source.toWellFormed() })),
    ),
  },
  {
    mistake: 'hands out its own objects',
    by: 'B35',
    make(sound) {
      const kept = new Map<string, readonly RunEvent[]>();
      return {
        async *read(run, options) {
          for await (const events of sound.read(run, options)) {
            const key = `${run} ${events[0]?.version} ${events.length}`;
            if (!kept.has(key)) kept.set(key, events);
            yield kept.get(key)!;
          }
        },
      };
    },
  },
  { mistake: 'messages are gone once they are read', by: 'B60', make: () => ({ messages: async () => [] }) },
  {
    mistake: 'messages come in order of their ids',
    by: 'B60',
    make: changeMessages((all) => all.toSorted((a, b) => (a.id < b.id ? -1 : 1))),
  },
  { mistake: 'the last of equal ids wins', by: 'B61', make: lastMessageWins },
  {
    mistake: 'handled messages stay',
    by: 'B62',
    make: (sound) => ({ append: (run, commit) => sound.append(run, { ...commit, handled: [] }) }),
  },
  {
    mistake: 'handled messages go before the commit is in',
    by: 'B64',
    make(sound) {
      const gone = new Set<string>();
      return {
        append: (run, commit) => {
          for (const id of commit.handled ?? []) gone.add(id);
          return sound.append(run, commit);
        },
        messages: async (run) => (await sound.messages(run)).filter(({ id }) => !gone.has(id)),
      };
    },
  },
  {
    mistake: 'a finished run takes messages',
    by: 'B66',
    make: (sound) => ({
      async post(run, message) {
        const answer = await sound.post(run, message);
        return answer === 'finished' ? 'posted' : answer;
      },
    }),
  },
  { mistake: 'lists the oldest first', by: 'B73', make: changeList((runs) => runs.toReversed()) },
  {
    mistake: 'lists runs of one time in any order',
    by: 'B73',
    make: changeList((runs) => runs.toSorted((a, b) => b.createdAt - a.createdAt || (a.runId < b.runId ? 1 : -1))),
  },
  {
    mistake: 'forgets the source',
    by: 'B27',
    make: changeList((runs) => runs.map(withoutSource)),
  },
  { mistake: 'ignores the filter', by: 'B74', make: (sound) => ({ list: (_, cursor) => sound.list({}, cursor) }) },
  {
    mistake: 'takes a filter for a pattern',
    by: 'B75',
    make: (sound) => ({
      list: ({ workflow, ...rest }, cursor) =>
        sound.list(workflow === '*' ? rest : { ...rest, ...(workflow === undefined ? {} : { workflow }) }, cursor),
    }),
  },
  {
    mistake: 'counts pages instead of naming their last run',
    by: 'B76',
    make: (sound) => ({
      async list(filter, cursor) {
        const all: RunSummary[] = [];
        for (let next: string | undefined; ;) {
          const page = await sound.list(filter, next);
          all.push(...page.runs);
          next = page.cursor;
          if (next === undefined) break;
        }
        const from = Number(cursor ?? 0);
        const rest = all.slice(from);
        return rest.length > 1_000 ? { runs: rest.slice(0, 1_000), cursor: String(from + 1_000) } : { runs: rest };
      },
    }),
  },
  {
    mistake: 'forgets the filter on the second page',
    by: 'B76',
    make: (sound) => ({ list: (filter, cursor) => sound.list(cursor === undefined ? filter : {}, cursor) }),
  },
  {
    mistake: 'answers all runs in one page',
    by: 'B76',
    make: (sound) => ({
      async list(filter) {
        const first = await sound.list(filter);
        if (first.cursor === undefined) return first;
        return { runs: [...first.runs, ...(await sound.list(filter, first.cursor)).runs] };
      },
    }),
  },
  {
    mistake: '`changed` does not hear of messages',
    by: 'B71',
    make: (sound) => ({ post: (run, message) => deafPost(sound, run, message) }),
  },
];

type Summaries = readonly RunSummary[];

function changeList(change: (runs: Summaries) => Summaries): Mutant['make'] {
  return (sound) => ({
    list: async (filter, cursor) => {
      const page = await sound.list(filter, cursor);
      return { ...page, runs: change(page.runs) };
    },
  });
}

function changeMessages(change: (messages: readonly Message[]) => readonly Message[]): Mutant['make'] {
  return (sound) => ({ messages: async (run) => change(await sound.messages(run)) });
}

function changeRead(change: (events: readonly RunEvent[]) => Iterable<readonly RunEvent[]>): Mutant['make'] {
  return (sound) => ({
    async *read(run, options) {
      for await (const events of sound.read(run, options)) yield* change(events);
    },
  });
}

function withoutSource(summary: RunSummary): RunSummary {
  const { runId, workflow, status, createdAt, updatedAt, version, phases, completed, failed } = summary;
  return { runId, workflow, status, createdAt, updatedAt, version, phases, completed, failed };
}

function assigned(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(assigned);
  const made: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) made[key] = assigned(inner);
  return made;
}

function lastMessageWins(sound: Backend): Partial<Backend> {
  const bodies = new Map<string, Message['body']>();
  return {
    post: (run, message) => {
      bodies.set(`${run} ${message.id}`, message.body);
      return sound.post(run, message);
    },
    messages: async (run) =>
      (await sound.messages(run)).map(({ id }) => ({ id, body: bodies.get(`${run} ${id}`) ?? null })),
  };
}

/** Puts the message away until somebody asks for it. */
const letters = new WeakMap<Backend, Message[]>();
async function deafPost(sound: Backend, run: string, message: Message): Promise<'posted' | 'finished' | 'unknown-run'> {
  const kept = letters.get(sound) ?? [];
  letters.set(sound, [...kept, message]);
  return (await sound.holder(run)) === undefined ? 'unknown-run' : 'posted';
}
