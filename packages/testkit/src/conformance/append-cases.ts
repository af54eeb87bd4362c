import { strict as assert } from 'node:assert';
import type { Appended, RunSummary } from '@orch/core/author';
import type { BackendCase } from './backend-case.ts';
import { eventsOf, rejects, saying, summaryOf } from './subject.ts';

/** Compare-and-append under a fence. */
export const appendCases: readonly BackendCase[] = [
  {
    id: 'B12',
    title: 'appends commits in their order',
    async run(subject) {
      const made = await subject.make();
      assert.deepEqual(await subject.append(made, eventsOf(3, 3)), { status: 'ok' });
      assert.deepEqual(await subject.append(made, eventsOf(4, 6)), { status: 'ok' });
      assert.deepEqual(await subject.read(made.run), [...eventsOf(1, 2), ...eventsOf(3, 3), ...eventsOf(4, 6)]);
    },
  },
  {
    id: 'B13',
    title: 'answers `conflict` with the version of the journal and writes nothing',
    async run(subject) {
      const made = await subject.make();
      for (const from of [5, 2])
        assert.deepEqual(await subject.append(made, eventsOf(from, from + 1, 'stray')), {
          status: 'conflict',
          version: 2,
        });
      assert.deepEqual(await subject.read(made.run), eventsOf(1, 2));
    },
  },
  {
    id: 'B14',
    title: 'recognises a commit that is sent again and writes it once',
    async run(subject) {
      const made = await subject.make();
      for (let times = 0; times < 3; times++)
        assert.deepEqual(await subject.append(made, eventsOf(3, 5)), { status: 'ok' });
      assert.deepEqual(await subject.versions(made.run), [1, 2, 3, 4, 5]);
    },
  },
  {
    id: 'B15',
    title: 'recognises it when later commits are there already',
    async run(subject) {
      const made = await subject.make();
      await subject.append(made, eventsOf(3, 4));
      await subject.append(made, eventsOf(5, 5));
      assert.deepEqual(await subject.append(made, eventsOf(3, 4)), { status: 'ok' });
      assert.deepEqual(await subject.versions(made.run), [1, 2, 3, 4, 5]);
    },
  },
  {
    id: 'B16',
    title: 'recognises it in the next process',
    needs: 'reopen',
    async run(subject) {
      const made = await subject.make();
      await subject.append(made, eventsOf(3, 4));
      const next = await subject.reopen();
      assert.deepEqual(await next.append(made, eventsOf(3, 4)), { status: 'ok' });
      assert.deepEqual(await next.versions(made.run), [1, 2, 3, 4]);
    },
  },
  {
    id: 'B17',
    title: 'recognises what a fence wrote before it was lost',
    async run(subject) {
      const made = await subject.make();
      await subject.append(made, eventsOf(3, 3));
      await subject.takeOver(made);
      assert.deepEqual(await subject.append(made, eventsOf(3, 3)), { status: 'ok' });
      assert.deepEqual(await subject.versions(made.run), [1, 2, 3]);
    },
  },
  {
    id: 'B18',
    title: 'takes other events after the same version under the same fence for damage',
    async run(subject) {
      const made = await subject.make();
      await subject.append(made, eventsOf(3, 3));
      await rejects(subject.append(made, eventsOf(3, 3, 'other')), 'ORCH_JOURNAL_DAMAGED');
      await rejects(subject.append(made, eventsOf(3, 4)), 'ORCH_JOURNAL_DAMAGED');
      await subject.append(made, eventsOf(4, 4));
      await rejects(subject.append(made, eventsOf(3, 3, 'other')), 'ORCH_JOURNAL_DAMAGED');
      assert.deepEqual(await subject.read(made.run), eventsOf(1, 4));
    },
  },
  {
    id: 'B19',
    title: 'does not take the same events of another fence for the same commit',
    async run(subject) {
      const made = await subject.make();
      await subject.append(made, eventsOf(3, 3));
      const taken = await subject.takeOver(made);
      assert.deepEqual(await subject.append(taken, eventsOf(3, 3)), { status: 'conflict', version: 3 });
      assert.deepEqual(await subject.versions(made.run), [1, 2, 3]);
    },
  },
  {
    id: 'B20',
    title: 'answers `lost-lease` with the newer epoch to a stale holder and writes nothing',
    async run(subject) {
      const made = await subject.make();
      await subject.takeOver(made);
      assert.deepEqual(await subject.append(made, eventsOf(3, 3, 'stale')), { status: 'lost-lease', epoch: 2 });
      assert.deepEqual(await subject.read(made.run), eventsOf(1, 2));
    },
  },
  {
    id: 'B21',
    title: 'answers `lost-lease` to a stale holder after the new one has written',
    async run(subject) {
      const made = await subject.make();
      const taken = await subject.takeOver(made);
      await subject.append(taken, eventsOf(3, 3, 'new'));
      for (const from of [3, 4])
        assert.deepEqual(await subject.append(made, eventsOf(from, from, 'stale')), { status: 'lost-lease', epoch: 2 });
      assert.deepEqual(await subject.read(made.run), [...eventsOf(1, 2), ...eventsOf(3, 3, 'new')]);
    },
  },
  {
    id: 'B22',
    title: 'answers `lost-lease` to who has let go',
    async run(subject) {
      const made = await subject.make();
      await subject.backend.release(made.run, made.fence);
      assert.equal((await subject.append(made, eventsOf(3, 3, 'late'))).status, 'lost-lease');
      assert.deepEqual(await subject.versions(made.run), [1, 2]);
    },
  },
  {
    id: 'B23',
    title: 'rejects a fence that the run never had',
    async run(subject) {
      const { run, fence } = await subject.make();
      const strange = [
        { epoch: fence.epoch, token: 'strange' },
        { epoch: fence.epoch + 1, token: fence.token },
        { epoch: 0, token: fence.token },
      ];
      for (const other of strange)
        await rejects(subject.append({ run, fence: other }, eventsOf(3, 3)), 'ORCH_BACKEND_FENCE');
      assert.deepEqual(await subject.versions(run), [1, 2]);
    },
  },
  {
    id: 'B24',
    title: 'rejects a run that does not exist',
    async run(subject) {
      const { fence } = await subject.make('r');
      await rejects(subject.append({ run: 'other', fence }, eventsOf(3, 3)), 'ORCH_RUN_UNKNOWN');
    },
  },
  {
    id: 'B25',
    title: 'lets one of two different commits at once in',
    async run(subject) {
      const made = await subject.make();
      const commits = [eventsOf(3, 3, 'a'), eventsOf(3, 3, 'b')];
      const answers = await Promise.allSettled(commits.map((events) => subject.append(made, events)));
      assert.equal(answers.filter(isOk).length, 1);
      const winner = commits[answers.findIndex(isOk)];
      assert.deepEqual(await subject.read(made.run, 2), winner);
    },
  },
  {
    id: 'B26',
    title: 'keeps a commit of 1,000 events whole: who reads meanwhile sees all of it or nothing',
    async run(subject) {
      const made = await subject.make();
      const seen = new Set<number>();
      let isOver = false;
      const reading = (async () => {
        while (!isOver) {
          seen.add((await subject.read(made.run)).length);
          await new Promise((resolve) => setImmediate(resolve));
        }
      })();
      for (let from = 3; from <= 3_000; from += 1_000) await subject.append(made, eventsOf(from, from + 999));
      isOver = true;
      await reading;
      seen.add((await subject.read(made.run)).length);
      assert.ok(seen.has(3_002));
      const whole = [2, 1_002, 2_002, 3_002];
      assert.deepEqual(
        [...seen].filter((length) => !whole.includes(length)),
        [],
      );
    },
  },
  {
    id: 'B27',
    title: 'shows the summary of the newest commit',
    async run(subject) {
      const made = await subject.make('r');
      const summary = summaryOf('r', {
        status: 'waiting',
        version: 3,
        completed: 2,
        failed: 1,
        updatedAt: 2_000,
        source: 'plan.json',
      });
      await subject.append(made, eventsOf(3, 3), { summary });
      await subject.append(made, eventsOf(9, 9, 'refused'), { summary: summaryOf('r', { status: 'failed' }) });
      assert.deepEqual(await subject.backend.list({}), { runs: [summary] });
    },
  },
  {
    id: 'B28',
    title: 'shows a commit that need not be flushed like any other, in the next process too',
    needs: 'reopen',
    async run(subject) {
      const made = await subject.make();
      for (const version of [3, 4]) await subject.append(made, eventsOf(version, version), { flush: false });
      assert.deepEqual(await subject.versions(made.run), [1, 2, 3, 4]);
      assert.deepEqual(await (await subject.reopen()).versions(made.run), [1, 2, 3, 4]);
    },
  },
  {
    id: 'B90',
    title: 'keeps the order of commits, whatever the clocks of those say who made them',
    async run(subject) {
      const made = await subject.make('r');
      await subject.append(made, [{ ...saying(3, 'ahead'), at: 9_000_000 }], { summary: reached(3, 9_000_000) });
      const taken = await subject.takeOver(made);
      await subject.append(taken, [{ ...saying(4, 'behind'), at: 7 }], { summary: reached(4, 7) });
      const later = (await subject.read('r', 2)).map(({ version, at }) => ({ version, at }));
      assert.deepEqual(later, [
        { version: 3, at: 9_000_000 },
        { version: 4, at: 7 },
      ]);
      assert.deepEqual(await subject.backend.list({}), { runs: [reached(4, 7)] });
    },
  },
];

function reached(version: number, updatedAt: number): RunSummary {
  return summaryOf('r', { version, updatedAt });
}

function isOk(answer: PromiseSettledResult<Appended>): boolean {
  return answer.status === 'fulfilled' && answer.value.status === 'ok';
}
