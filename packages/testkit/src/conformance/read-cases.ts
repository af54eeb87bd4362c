import { strict as assert } from 'node:assert';
import type { Json, RunEvent } from '@orch/core/author';
import type { BackendCase } from './backend-case.ts';
import { carrying, eventsOf, rejects, saying } from './subject.ts';

/** History as it is given back. */
export const readCases: readonly BackendCase[] = [
  {
    id: 'B29',
    title: 'reads what comes after a version, from within a commit too',
    async run(subject) {
      const made = await subject.make();
      await subject.append(made, eventsOf(3, 6));
      await subject.append(made, eventsOf(7, 8));
      assert.deepEqual(await subject.versions(made.run, 0), [1, 2, 3, 4, 5, 6, 7, 8]);
      assert.deepEqual(await subject.versions(made.run, 2), [3, 4, 5, 6, 7, 8]);
      assert.deepEqual(await subject.versions(made.run, 4), [5, 6, 7, 8]);
      assert.deepEqual(await subject.versions(made.run, 8), []);
      assert.deepEqual(await subject.versions(made.run, 99), []);
    },
  },
  {
    id: 'B30',
    title: 'rejects to read a run that does not exist',
    async run(subject) {
      await rejects(subject.read('nothing'), 'ORCH_RUN_UNKNOWN');
    },
  },
  {
    id: 'B31',
    title: 'yields a commit or more at a time, never a part of one',
    async run(subject) {
      const made = await subject.make();
      for (let from = 3; from < 30; from += 3) await subject.append(made, eventsOf(from, from + 2));
      const ends: number[] = [];
      for await (const events of subject.backend.read(made.run)) ends.push(events.at(-1)!.version);
      assert.deepEqual(
        ends.filter((version) => version !== 2 && (version - 2) % 3 !== 0),
        [],
      );
      assert.equal(ends.at(-1), 29);
    },
  },
  {
    id: 'B32',
    title: 'reads 10,000 events in their order',
    async run(subject) {
      const made = await subject.make();
      for (let from = 3; from <= 10_000; from += 1_000)
        await subject.append(made, eventsOf(from, Math.min(from + 999, 10_000)));
      const events = await subject.read(made.run);
      assert.equal(events.length, 10_000);
      assert.deepEqual(events, [...eventsOf(1, 10_000)]);
    },
  },
  {
    id: 'B33',
    title: 'shows each event once while others append',
    async run(subject) {
      const made = await subject.make();
      await subject.append(made, eventsOf(3, 4));
      const seen: number[] = [];
      let next = 5;
      for await (const events of subject.backend.read(made.run)) {
        seen.push(...events.map(({ version }) => version));
        if (next > 8) continue;
        await subject.append(made, eventsOf(next, next + 1));
        next += 2;
      }
      assert.ok(seen.length >= 4);
      assert.deepEqual(
        seen,
        Array.from(seen, (_, index) => index + 1),
      );
    },
  },
  {
    id: 'B34',
    title: 'is not changed by what is done to events that were handed in',
    async run(subject) {
      const made = await subject.make();
      const value = { list: [1, 2] };
      const event: RunEvent = carrying(3, value);
      await subject.append(made, [event]);
      value.list.push(3);
      Object.assign(event, { at: 0 });
      assert.deepEqual(await subject.read(made.run, 2), [carrying(3, { list: [1, 2] })]);
      assert.deepEqual(await subject.append(made, [carrying(3, { list: [1, 2] })]), { status: 'ok' });
    },
  },
  {
    id: 'B35',
    title: 'is not changed by what is done to events and summaries that were read',
    async run(subject) {
      const made = await subject.make('r');
      await subject.append(made, [carrying(3, { list: [1, 2] })]);
      const [event] = (await subject.read('r', 2)) as unknown as readonly { value: { list: number[] } }[];
      const [summary] = (await subject.backend.list({})).runs;
      attempt(() => event?.value.list.push(3));
      attempt(() => Object.assign(summary!, { workflow: 'changed' }));
      assert.deepEqual(await subject.read('r', 2), [carrying(3, { list: [1, 2] })]);
      assert.equal((await subject.backend.list({})).runs[0]?.workflow, 'w');
    },
  },
  ...values(),
  {
    id: 'B44',
    title: 'keeps an event of 1 MiB',
    async run(subject) {
      const made = await subject.make();
      const big = carrying(3, 'ä'.repeat(2 ** 19));
      await subject.append(made, [big]);
      assert.deepEqual(await subject.read(made.run, 2), [big]);
    },
  },
  {
    id: 'B93',
    title: 'keeps a commit of 8 MiB, and a message of 1 MiB',
    async run(subject) {
      const made = await subject.make();
      const text = 'ä'.repeat(2 ** 19);
      const big = Array.from({ length: 8 }, (_, index) => carrying(3 + index, text));
      await subject.append(made, big);
      await subject.backend.post(made.run, { id: 'm', body: text });
      assert.deepEqual(await subject.read(made.run, 2), big);
      assert.deepEqual(await subject.backend.messages(made.run), [{ id: 'm', body: text }]);
    },
  },
  {
    id: 'B94',
    title: 'reads 100,000 events in their order, and the last of them',
    async run(subject) {
      const made = await subject.make();
      for (let from = 3; from <= 100_000; from += 1_000)
        await subject.append(made, eventsOf(from, Math.min(from + 999, 100_000)), { flush: false });
      let version = 0;
      for await (const events of subject.backend.read(made.run))
        for (const event of events) assert.deepEqual(event, saying(++version, `event ${version}`));
      assert.equal(version, 100_000);
      assert.deepEqual(await subject.read(made.run, 99_998), eventsOf(99_999, 100_000));
    },
  },
  {
    id: 'B45',
    title: 'shows the same history to the next process',
    needs: 'reopen',
    async run(subject) {
      const made = await subject.make('r');
      await subject.append(made, [carrying(3, { text: '\u2028 é 🦀' })]);
      const next = await subject.reopen();
      assert.deepEqual(await next.read('r'), await subject.read('r'));
      assert.deepEqual(await next.backend.list({}), await subject.backend.list({}));
      await subject.append(made, eventsOf(4, 4));
      assert.deepEqual(await next.versions('r'), [1, 2, 3, 4]);
    },
  },
];

/** JSON values that some encodings lose. */
function values(): BackendCase[] {
  const all: readonly (readonly [title: string, value: Json])[] = [
    ['text in every script', ['é', 'e\u0301', '日本', '🦀', '\u202e right to left', 'ﬁ']],
    ['lone surrogates', ['\ud800', 'a\udfffb', { '\udc00': 1 }]],
    ['control characters and line ends', ['\u0000', 'a\r\nb\n', '\u001b[31m', '\u2028\u2029', '\t']],
    [
      'keys that are names of properties',
      JSON.parse('{"__proto__":{"a":1},"constructor":1,"toString":null,"":0}') as Json,
    ],
    ['numbers as they are', [0, -1, 0.1, 1e-7, 5e-324, 1.797e308, 2 ** 53 - 1, 1e21]],
    ['empty values', [[], {}, '', null, false, [[]], { a: {} }]],
    ['keys in the order in which they were given', { z: 1, a: { y: 2, b: 3 }, m: 4 }],
    ['nesting of 500', Array.from({ length: 500 }).reduce<Json>((inner) => [inner], 'core')],
  ];
  return all.map(([title, value], index) => ({
    id: `B${36 + index}`,
    title: `gives back ${title}`,
    async run(subject) {
      const made = await subject.make();
      await subject.append(made, [carrying(3, value), saying(4, JSON.stringify(value))]);
      await subject.backend.post(made.run, { id: 'm', body: value });
      const [event] = (await subject.read(made.run, 2)) as unknown as readonly { value: Json }[];
      const [message] = await subject.backend.messages(made.run);
      // As text: a prototype that was changed, or keys in another order, look equal otherwise.
      assert.equal(JSON.stringify(event?.value), JSON.stringify(value));
      assert.equal(JSON.stringify(message?.body), JSON.stringify(value));
    },
  }));
}

/** Frozen data throws, which is as good. */
function attempt(change: () => unknown): void {
  try {
    change();
  } catch (error) {
    assert.ok(error instanceof TypeError);
  }
}
