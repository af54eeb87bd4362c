import { strict as assert } from 'node:assert';
import type { BackendCase } from './backend-case.ts';
import { eventsOf, summaryOf } from './subject.ts';
import type { Subject } from './subject.ts';

/** Messages from outside. */
export const inboxCases: readonly BackendCase[] = [
  {
    id: 'B60',
    title: 'lists messages in order of arrival; reading removes nothing',
    async run(subject) {
      const { run } = await subject.make();
      const ids = ['b', 'a', 'c'];
      for (const id of ids) assert.equal(await subject.backend.post(run, { id, body: { from: id } }), 'posted');
      const expected = ids.map((id) => ({ id, body: { from: id } }));
      for (let times = 0; times < 2; times++) assert.deepEqual(await subject.backend.messages(run), expected);
    },
  },
  {
    id: 'B61',
    title: 'stores the same id once',
    async run(subject) {
      const { run } = await subject.make();
      for (const body of ['first', 'second'])
        assert.equal(await subject.backend.post(run, { id: 'm', body }), 'posted');
      assert.deepEqual(await subject.backend.messages(run), [{ id: 'm', body: 'first' }]);
    },
  },
  {
    id: 'B62',
    title: 'drops the messages that a commit handled, and keeps the others',
    async run(subject) {
      const made = await subject.make();
      for (const id of ['a', 'b', 'c']) await subject.backend.post(made.run, { id, body: id });
      await subject.append(made, eventsOf(3, 3), { handled: ['b', 'unheard of'] });
      assert.deepEqual(await idsIn(subject, made.run), ['a', 'c']);
      await subject.append(made, eventsOf(4, 4), { handled: ['a', 'c'] });
      assert.deepEqual(await idsIn(subject, made.run), []);
    },
  },
  {
    id: 'B63',
    title: 'does not bring back a message that was handled',
    async run(subject) {
      const made = await subject.make();
      await subject.backend.post(made.run, { id: 'm', body: 1 });
      await subject.append(made, eventsOf(3, 3), { handled: ['m'] });
      await subject.backend.post(made.run, { id: 'm', body: 1 });
      assert.deepEqual(await idsIn(subject, made.run), []);
    },
  },
  {
    id: 'B64',
    title: 'keeps the messages that a refused commit would have handled',
    async run(subject) {
      const made = await subject.make();
      await subject.backend.post(made.run, { id: 'm', body: 1 });
      await subject.append(made, eventsOf(9, 9), { handled: ['m'] });
      const taken = await subject.takeOver(made);
      await subject.append(made, eventsOf(3, 3), { handled: ['m'] });
      assert.deepEqual(await idsIn(subject, made.run), ['m']);
      await subject.append(taken, eventsOf(3, 3, 'new'), { handled: ['m'] });
      assert.deepEqual(await idsIn(subject, made.run), []);
    },
  },
  {
    id: 'B65',
    title: 'answers `unknown-run` where there is none',
    async run({ backend }) {
      assert.equal(await backend.post('nothing', { id: 'm', body: 1 }), 'unknown-run');
    },
  },
  {
    id: 'B66',
    title: 'answers `finished` to a run with a terminal status, and takes messages again once it goes on',
    async run(subject) {
      let version = 2;
      const made = await subject.make('r');
      for (const status of ['completed', 'failed', 'cancelled', 'waiting', 'running'] as const) {
        version++;
        await subject.append(made, eventsOf(version, version), { summary: summaryOf('r', { status, version }) });
        const expected = status === 'waiting' || status === 'running' ? 'posted' : 'finished';
        assert.equal(await subject.backend.post('r', { id: status, body: 1 }), expected, status);
      }
      assert.deepEqual(await idsIn(subject, 'r'), ['waiting', 'running']);
    },
  },
  {
    id: 'B67',
    title: 'takes messages whoever holds the run, or nobody',
    async run(subject) {
      const made = await subject.make();
      await subject.backend.release(made.run, made.fence);
      assert.equal(await subject.backend.post(made.run, { id: 'm', body: 1 }), 'posted');
      assert.deepEqual(await idsIn(subject, made.run), ['m']);
    },
  },
  {
    id: 'B68',
    title: 'takes any text for an id',
    async run(subject) {
      const { run } = await subject.make();
      const ids = ['../../up', '__proto__', 'constructor', 'A', 'a', 'é', 'a b\n', '🦀', 'x'.repeat(500)];
      for (const id of ids) assert.equal(await subject.backend.post(run, { id, body: id }), 'posted');
      assert.deepEqual(
        await subject.backend.messages(run),
        ids.map((id) => ({ id, body: id })),
      );
    },
  },
  {
    id: 'B95',
    title: 'takes no two ids for one that only look alike',
    async run(subject) {
      const { run } = await subject.make();
      const ids = ['é', 'e\u0301', '\ud800', '\ud801', '\ufffd', 'x', ' x', 'x\u0000', 'X'];
      for (const id of ids) await subject.backend.post(run, { id, body: id });
      const found = await subject.backend.messages(run);
      assert.deepEqual(
        found,
        ids.map((id) => ({ id, body: id })),
      );
    },
  },
  {
    id: 'B69',
    title: 'keeps each of 50 messages that are posted at once, once',
    async run(subject) {
      const { run } = await subject.make();
      const ids = Array.from({ length: 50 }, (_, index) => `m${index}`);
      await Promise.all([...ids, ...ids].map((id) => subject.backend.post(run, { id, body: id })));
      assert.deepEqual((await idsIn(subject, run)).toSorted(), ids.toSorted());
    },
  },
  {
    id: 'B70',
    title: 'keeps messages for the next process, and what was handled handled',
    needs: 'reopen',
    async run(subject) {
      const made = await subject.make();
      for (const id of ['a', 'b']) await subject.backend.post(made.run, { id, body: id });
      await subject.append(made, eventsOf(3, 3), { handled: ['a'] });
      const next = await subject.reopen();
      assert.deepEqual(await next.backend.messages(made.run), [{ id: 'b', body: 'b' }]);
      await next.backend.post(made.run, { id: 'a', body: 'a' });
      assert.deepEqual(await idsIn(next, made.run), ['b']);
    },
  },
  {
    id: 'B71',
    title: 'has `changed` settle on events, on a message and on the signal',
    needs: 'changed',
    async run(subject) {
      const made = await subject.make();
      const stop = new AbortController();
      const settle: string[] = [];
      const wait = (name: string, after: number): Promise<unknown> =>
        subject.changed(made.run, after, stop.signal).then(() => settle.push(name));
      await wait('at once', 1);
      const event = wait('event', 2);
      await subject.append(made, eventsOf(3, 3));
      await event;
      const message = wait('message', 3);
      await subject.backend.post(made.run, { id: 'm', body: 1 });
      await message;
      await subject.append(made, eventsOf(4, 4), { handled: ['m'] });
      const signal = wait('signal', 4);
      stop.abort();
      await signal;
      assert.deepEqual(settle, ['at once', 'event', 'message', 'signal']);
    },
  },
];

async function idsIn(subject: Subject, run: string): Promise<readonly string[]> {
  return (await subject.backend.messages(run)).map(({ id }) => id);
}
