import { strict as assert } from 'node:assert';
import type { BackendCase } from './backend-case.ts';
import { commitOf, eventsOf, first, ownerOf, rejects, summaryOf, takingOf } from './subject.ts';
import type { Subject } from './subject.ts';

/** Opening, making, deleting, closing. */
export const lifeCases: readonly BackendCase[] = [
  {
    id: 'B01',
    title: 'says its name and contract 1',
    async run({ backend }) {
      assert.equal(backend.contract, 1);
      assert.match(backend.name, /./);
    },
  },
  {
    id: 'B02',
    title: 'rejects every call with ORCH_BACKEND_CLOSED once it is closed',
    async run(subject) {
      const made = await subject.make('r');
      await subject.backend.close();
      for (const call of everyCall(subject, made.fence.epoch)) await rejects(call(), 'ORCH_BACKEND_CLOSED');
      const changed = subject.backend.changed?.('r', 0, AbortSignal.abort());
      if (changed !== undefined) await rejects(changed, 'ORCH_BACKEND_CLOSED');
    },
  },
  {
    id: 'B03',
    title: 'makes a run with its first events, held by the taking under epoch 1',
    async run(subject) {
      const answer = await subject.backend.create('r', first('r'));
      assert.deepEqual(answer, { status: 'created', fence: { epoch: 1, token: 'first' } });
      assert.deepEqual(await subject.read('r'), eventsOf(1, 2));
      const holder = await subject.backend.holder('r');
      assert.deepEqual({ by: holder?.by, epoch: holder?.epoch }, { by: ownerOf('first'), epoch: 1 });
      assert.deepEqual(await subject.backend.list({}), { runs: [summaryOf('r')] });
    },
  },
  {
    id: 'B04',
    title: 'answers `exists` to another token and changes nothing',
    async run(subject) {
      await subject.make('r');
      const other = { ...first('r', {}, 'other'), events: eventsOf(1, 5, 'other') };
      assert.deepEqual(await subject.backend.create('r', other), { status: 'exists' });
      assert.deepEqual(await subject.read('r'), eventsOf(1, 2));
      assert.equal((await subject.backend.holder('r'))?.epoch, 1);
    },
  },
  {
    id: 'B05',
    title: 'answers a create repeated with the same token as the first time, and makes nothing twice',
    async run(subject) {
      const made = await subject.make('r');
      assert.deepEqual(await subject.backend.create('r', first('r')), { status: 'created', fence: made.fence });
      assert.deepEqual(await subject.versions('r'), [1, 2]);
      assert.equal((await subject.append(made, eventsOf(3, 3))).status, 'ok');
    },
  },
  {
    id: 'B06',
    title: 'lets one of several creates at once win',
    async run({ backend }) {
      const tokens = ['a', 'b', 'c', 'd', 'e'];
      const answers = await Promise.all(tokens.map((token) => backend.create('r', first('r', {}, token))));
      const winners = answers.filter(({ status }) => status === 'created');
      assert.equal(winners.length, 1);
    },
  },
  {
    id: 'B07',
    title: 'deletes a run with all that belongs to it',
    async run(subject) {
      const made = await subject.make('r');
      await subject.backend.post('r', { id: 'm', body: 1 });
      await subject.backend.delete('r', made.fence);
      await rejects(subject.read('r'), 'ORCH_RUN_UNKNOWN');
      await rejects(subject.backend.acquire('r', takingOf('x')), 'ORCH_RUN_UNKNOWN');
      assert.equal(await subject.backend.holder('r'), undefined);
      assert.equal(await subject.backend.post('r', { id: 'n', body: 1 }), 'unknown-run');
      assert.deepEqual(await subject.backend.list({}), { runs: [] });
      await subject.make('r');
      assert.deepEqual(await subject.backend.messages('r'), []);
      assert.deepEqual(await subject.versions('r'), [1, 2]);
    },
  },
  {
    id: 'B08',
    title: 'keeps the epochs of a deleted run: a later one of its id begins above them',
    async run(subject) {
      const taken = await subject.takeOver(await subject.make('r'));
      assert.equal(taken.fence.epoch, 2);
      await subject.backend.delete('r', taken.fence);
      const again = await subject.make('r');
      assert.ok(again.fence.epoch > 2, `epoch ${again.fence.epoch} was there before`);
      await refusesLateAppend(subject, taken.fence.epoch, taken.fence.token);
    },
  },
  {
    id: 'B09',
    title: 'keeps the epochs of a deleted run for the next process',
    needs: 'reopen',
    async run(subject) {
      const made = await subject.make('r');
      await subject.backend.delete('r', made.fence);
      const next = await subject.reopen();
      assert.ok((await next.make('r')).fence.epoch > 1);
      await refusesLateAppend(next, made.fence.epoch, made.fence.token);
    },
  },
  {
    id: 'B10',
    title: 'refuses to delete under a fence that does not hold',
    async run(subject) {
      const made = await subject.make('r');
      const taken = await subject.takeOver(made);
      const wrong = { epoch: taken.fence.epoch, token: 'wrong' };
      for (const fence of [made.fence, wrong]) await rejects(subject.backend.delete('r', fence), 'ORCH_BACKEND_FENCE');
      await subject.backend.release('r', taken.fence);
      await rejects(subject.backend.delete('r', taken.fence), 'ORCH_BACKEND_FENCE');
      assert.deepEqual(await subject.versions('r'), [1, 2]);
    },
  },
  {
    id: 'B11',
    title: 'takes every run id that core lets through',
    async run(subject) {
      const ids = ['constructor', 'toString', 'hasOwnProperty', '0', 'a.b-c_d', 'x'.repeat(128), 'run.json'];
      for (const id of ids) await subject.make(id);
      for (const id of ids) assert.deepEqual(await subject.versions(id), [1, 2]);
      const { runs } = await subject.backend.list({});
      assert.deepEqual(runs.map(({ runId }) => runId).toSorted(), ids.toSorted());
    },
  },
  {
    id: 'B96',
    title: 'keeps history, inbox and holder over close and open: who closes lets go of nothing',
    needs: 'reopen',
    async run(subject) {
      const made = await subject.takeOver(await subject.make('r'));
      await subject.append(made, eventsOf(3, 3));
      for (const id of ['a', 'b']) await subject.backend.post('r', { id, body: id });
      await subject.append(made, eventsOf(4, 4), { handled: ['a'] });
      await subject.backend.close();
      const next = await subject.reopen();
      assert.deepEqual(await next.read('r'), eventsOf(1, 4));
      assert.deepEqual(await next.backend.messages('r'), [{ id: 'b', body: 'b' }]);
      assert.equal((await next.backend.holder('r'))?.epoch, 2);
      assert.equal((await next.backend.acquire('r', takingOf('third'))).status, 'taken');
      assert.equal((await next.takeOver(made, 'third')).fence.epoch, 3);
    },
  },
  {
    id: 'B98',
    title: 'touches nothing outside its place, whatever runs and messages are called',
    needs: 'outside',
    async run(subject) {
      const before = await subject.outside();
      const evil = ['../../up', '..', '/', '/etc/passwd', '*', '?', 'a:b', '{x}', '\u0000', '\n'];
      for (const run of ['r', 'a..b', 'con', 'x.tmp']) {
        const made = await subject.make(run, { workflow: '../../w', source: '../../../plan.json' });
        for (const id of evil) await subject.backend.post(run, { id, body: id });
        for (const workflow of evil) await subject.backend.list({ workflow });
        await subject.append(made, eventsOf(3, 3), { handled: evil });
        const taken = await subject.takeOver(made);
        if (run !== 'r') await subject.backend.delete(run, taken.fence);
      }
      assert.deepEqual(await subject.versions('r'), [1, 2, 3]);
      assert.deepEqual(await subject.outside(), before);
    },
  },
];

/** A holder of the deleted run must not fit the new one: neither by value nor by accident. */
async function refusesLateAppend(subject: Subject, epoch: number, token: string): Promise<void> {
  const late = subject.append({ run: 'r', fence: { epoch, token } }, eventsOf(3, 3, 'late'));
  const status = await late.then(
    (answer) => answer.status,
    () => 'rejected',
  );
  assert.ok(status === 'lost-lease' || status === 'rejected', `a late append was answered with ${status}`);
  assert.deepEqual(await subject.versions('r'), [1, 2]);
}

function everyCall({ backend }: Subject, epoch: number): (() => Promise<unknown>)[] {
  const fence = { epoch, token: 'first' };
  return [
    () => backend.create('other', first('other')),
    () => backend.append('r', commitOf({ run: 'r', fence }, eventsOf(3, 3))),
    async () => {
      for await (const events of backend.read('r')) assert.ok(events);
    },
    () => backend.list({}),
    () => backend.acquire('r', takingOf('x')),
    () => backend.holder('r'),
    () => backend.renew('r', fence, 1_000),
    () => backend.release('r', fence),
    () => backend.post('r', { id: 'm', body: 1 }),
    () => backend.messages('r'),
    () => backend.delete('r', fence),
  ];
}
