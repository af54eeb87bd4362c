import { strict as assert } from 'node:assert';
import type { BackendCase } from './backend-case.ts';
import { eventsOf, ownerOf, rejects, takingOf, ttlMs } from './subject.ts';
import type { MadeRun, Subject } from './subject.ts';

/** Who may write. */
export const leaseCases: readonly BackendCase[] = [
  {
    id: 'B46',
    title: 'answers `taken` with who holds the run, and changes nothing',
    async run(subject) {
      const made = await subject.make();
      const answer = await subject.backend.acquire(made.run, takingOf('second'));
      assert.ok(answer.status === 'taken');
      const { status, since, ...holder } = answer;
      assert.deepEqual({ status, ...holder }, { status: 'taken', by: ownerOf('first'), epoch: 1, expired: false });
      assert.ok(Number.isFinite(since));
      assert.deepEqual(await subject.backend.holder(made.run), { ...holder, since });
      assert.equal((await subject.append(made, eventsOf(3, 3))).status, 'ok');
    },
  },
  {
    id: 'B47',
    title: 'answers an acquire repeated with the same token as the first time',
    async run(subject) {
      const made = await subject.make();
      const taken = await subject.takeOver(made);
      for (const overEpoch of [1, 2, undefined]) {
        const taking = { ...takingOf('second'), ...(overEpoch === undefined ? {} : { overEpoch }) };
        assert.deepEqual(await subject.backend.acquire(made.run, taking), { status: 'held', fence: taken.fence });
      }
      assert.equal((await subject.append(taken, eventsOf(3, 3))).status, 'ok');
    },
  },
  {
    id: 'B48',
    title: 'gives a run that was let go to the next, under a higher epoch',
    async run(subject) {
      const made = await subject.make();
      await subject.backend.release(made.run, made.fence);
      assert.equal(await subject.backend.holder(made.run), undefined);
      const answer = await subject.backend.acquire(made.run, takingOf('second'));
      assert.deepEqual(answer, { status: 'held', fence: { epoch: 2, token: 'second' } });
      assert.equal((await subject.backend.holder(made.run))?.by.startTime, 'second');
    },
  },
  {
    id: 'B49',
    title: 'takes a run over from the epoch that the caller names',
    async run(subject) {
      const made = await subject.make();
      const taken = await subject.takeOver(made);
      assert.deepEqual(taken.fence, { epoch: 2, token: 'second' });
      assert.equal((await subject.append(taken, eventsOf(3, 3))).status, 'ok');
      assert.equal((await subject.backend.holder(made.run))?.epoch, 2);
    },
  },
  {
    id: 'B50',
    title: 'answers `taken` where another epoch than the named one holds',
    async run(subject) {
      const made = await subject.make();
      await subject.takeOver(made);
      for (const overEpoch of [0, 1, 3]) {
        const answer = await subject.backend.acquire(made.run, { ...takingOf('third'), overEpoch });
        assert.ok(answer.status === 'taken');
        assert.equal(answer.epoch, 2);
      }
    },
  },
  {
    id: 'B51',
    title: 'lets one of several that take over at once win',
    async run(subject) {
      const made = await subject.make();
      const tokens = ['a', 'b', 'c', 'd', 'e'];
      const answers = await Promise.all(
        tokens.map((token) => subject.backend.acquire(made.run, { ...takingOf(token), overEpoch: 1 })),
      );
      assert.equal(answers.filter(({ status }) => status === 'held').length, 1);
      const winner = answers.find((answer) => answer.status === 'held');
      assert.deepEqual(winner?.fence, { epoch: 2, token: tokens[answers.indexOf(winner!)] });
    },
  },
  {
    id: 'B52',
    title: 'rejects to take a run that does not exist; nobody holds it',
    async run({ backend }) {
      await rejects(backend.acquire('nothing', takingOf('x')), 'ORCH_RUN_UNKNOWN');
      assert.equal(await backend.holder('nothing'), undefined);
    },
  },
  {
    id: 'B53',
    title: 'renews for the holder only',
    async run(subject) {
      const made = await subject.make();
      const { backend } = subject;
      assert.equal(await backend.renew(made.run, made.fence, ttlMs), true);
      assert.equal(await backend.renew(made.run, { ...made.fence, token: 'wrong' }, ttlMs), false);
      assert.equal(await backend.renew('nothing', made.fence, ttlMs), false);
      const taken = await subject.takeOver(made);
      assert.equal(await backend.renew(made.run, made.fence, ttlMs), false);
      await backend.release(made.run, taken.fence);
      assert.equal(await backend.renew(made.run, taken.fence, ttlMs), false);
      assert.equal(await backend.holder(made.run), undefined);
    },
  },
  {
    id: 'B54',
    title: 'lets nobody but the holder let go; a second time has no effect',
    async run(subject) {
      const made = await subject.make();
      const { backend } = subject;
      const taken = await subject.takeOver(made);
      for (const fence of [made.fence, { ...taken.fence, token: 'wrong' }]) await backend.release(made.run, fence);
      assert.equal((await backend.holder(made.run))?.epoch, 2);
      await backend.release(made.run, taken.fence);
      await backend.release(made.run, taken.fence);
      const answer = await backend.acquire(made.run, takingOf('third'));
      assert.ok(answer.status === 'held');
      await backend.release(made.run, taken.fence);
      assert.equal((await backend.holder(made.run))?.epoch, answer.fence.epoch);
      await backend.release('nothing', taken.fence);
    },
  },
  {
    id: 'B55',
    title: 'says that a lease expired after its time to live, and still gives the run to nobody unasked',
    needs: 'clock',
    async run(subject) {
      const made = await subject.make();
      await subject.advance(ttlMs - 1_000);
      assert.equal(await isExpired(subject, made), false);
      await subject.advance(2_000);
      assert.equal(await isExpired(subject, made), true);
      const answer = await subject.backend.acquire(made.run, takingOf('second'));
      assert.ok(answer.status === 'taken' && answer.expired);
      assert.equal((await subject.append(made, eventsOf(3, 3))).status, 'ok');
    },
  },
  {
    id: 'B56',
    title: 'counts the time to live from the last renewal',
    needs: 'clock',
    async run(subject) {
      const made = await subject.make();
      await subject.advance(ttlMs - 1_000);
      assert.equal(await subject.backend.renew(made.run, made.fence, 2 * ttlMs), true);
      await subject.advance(2 * ttlMs - 1_000);
      assert.equal(await isExpired(subject, made), false);
      await subject.advance(2_000);
      assert.equal(await isExpired(subject, made), true);
    },
  },
  {
    id: 'B77',
    title: 'takes over with `ifExpired` only from a lease whose time to live has passed',
    needs: 'clock',
    async run(subject) {
      const made = await subject.make();
      const taking = { ...takingOf('second'), overEpoch: 1, ifExpired: true };
      assert.equal((await subject.backend.acquire(made.run, taking)).status, 'taken');
      await subject.advance(ttlMs + 1_000);
      assert.equal(await subject.backend.renew(made.run, made.fence, ttlMs), true);
      assert.equal((await subject.backend.acquire(made.run, taking)).status, 'taken');
      assert.equal((await subject.append(made, eventsOf(3, 3))).status, 'ok');
      await subject.advance(ttlMs + 1_000);
      const answer = await subject.backend.acquire(made.run, taking);
      assert.deepEqual(answer, { status: 'held', fence: { epoch: 2, token: 'second' } });
    },
  },
  {
    id: 'B91',
    title: 'counts the time to live from the last append, too',
    needs: 'clock',
    async run(subject) {
      const made = await subject.make();
      await subject.advance(ttlMs - 1_000);
      await subject.append(made, eventsOf(3, 3));
      await subject.advance(2_000);
      assert.equal(await isExpired(subject, made), false);
      await subject.advance(ttlMs);
      assert.equal(await isExpired(subject, made), true);
    },
  },
  {
    id: 'B92',
    title: 'ends no lease when the clock is set back, and counts from there once it is renewed',
    needs: ['clock', 'clock-back'],
    async run(subject) {
      const made = await subject.make();
      await subject.setBack(3_600_000);
      assert.equal(await isExpired(subject, made), false);
      assert.equal((await subject.backend.acquire(made.run, takingOf('second'))).status, 'taken');
      assert.equal((await subject.append(made, eventsOf(3, 3))).status, 'ok');
      assert.equal(await subject.backend.renew(made.run, made.fence, ttlMs), true);
      await subject.advance(ttlMs - 1_000);
      assert.equal(await isExpired(subject, made), false);
      await subject.advance(2_000);
      assert.equal(await isExpired(subject, made), true);
      assert.equal((await subject.takeOver(made)).fence.epoch, 2);
    },
  },
  {
    id: 'B57',
    title: 'shows the holder to the next process, which takes the run over under a higher epoch',
    needs: 'reopen',
    async run(subject) {
      const made = await subject.make();
      const next = await subject.reopen();
      const holder = await next.backend.holder(made.run);
      assert.deepEqual({ by: holder?.by, epoch: holder?.epoch }, { by: ownerOf('first'), epoch: 1 });
      const taken = await next.takeOver(made);
      assert.equal(taken.fence.epoch, 2);
      assert.equal((await next.append(taken, eventsOf(3, 3, 'new'))).status, 'ok');
      assert.deepEqual(await subject.append(made, eventsOf(3, 3, 'stale')), { status: 'lost-lease', epoch: 2 });
      assert.deepEqual(await subject.read(made.run, 2), eventsOf(3, 3, 'new'));
    },
  },
  {
    id: 'B58',
    title: 'remembers in the next process that a run was let go',
    needs: 'reopen',
    async run(subject) {
      const made = await subject.make();
      await subject.backend.release(made.run, made.fence);
      const next = await subject.reopen();
      assert.equal(await next.backend.holder(made.run), undefined);
      const answer = await next.backend.acquire(made.run, takingOf('second'));
      assert.deepEqual(answer, { status: 'held', fence: { epoch: 2, token: 'second' } });
    },
  },
  {
    id: 'B59',
    title: 'keeps runs apart',
    async run(subject) {
      const one = await subject.make('one');
      const other = await subject.make('other');
      await subject.append(one, eventsOf(3, 3, 'one'));
      await subject.backend.release('one', one.fence);
      assert.equal((await subject.backend.holder('other'))?.epoch, 1);
      await subject.append(other, eventsOf(3, 4, 'other'));
      assert.deepEqual(await subject.versions('one'), [1, 2, 3]);
      assert.deepEqual(await subject.versions('other'), [1, 2, 3, 4]);
    },
  },
];

async function isExpired(subject: Subject, { run }: MadeRun): Promise<boolean | undefined> {
  return (await subject.backend.holder(run))?.expired;
}
