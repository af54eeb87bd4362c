import { strict as assert } from 'node:assert';
import type { BackendCase } from './backend-case.ts';
import { eventsOf, rejects, takingOf } from './subject.ts';
import type { Subject } from './subject.ts';

const damageCodes = ['ORCH_JOURNAL_DAMAGED', 'ORCH_JOURNAL_TRUNCATED'] as const;

/** What becomes of stored state that is not what was written. */
export const damageCases: readonly BackendCase[] = [
  {
    id: 'B78',
    title: 'refuses a damaged run to readers, and lists the others',
    needs: ['reopen', 'damage'],
    async run(subject) {
      const next = await withOneBad(subject, () => subject.damage('bad'));
      await rejects(next.read('bad'), ...damageCodes);
      await expectOthers(next);
    },
  },
  {
    id: 'B79',
    title: 'finds nothing wrong where nothing is, and changes nothing by looking',
    needs: 'check',
    async run(subject) {
      const made = await subject.make();
      await subject.append(made, eventsOf(3, 4));
      await subject.backend.post(made.run, { id: 'm', body: 1 });
      for (const severity of (await subject.check()).map((finding) => finding.severity)) assert.equal(severity, 'note');
      assert.deepEqual(await subject.versions(made.run), [1, 2, 3, 4]);
      assert.equal((await subject.backend.messages(made.run)).length, 1);
      assert.equal((await subject.append(made, eventsOf(5, 5))).status, 'ok');
      const again = await subject.backend.acquire(made.run, takingOf('second'));
      assert.equal(again.status, 'taken');
    },
  },
  {
    id: 'B80',
    title: 'names the run that is damaged, and what to do',
    needs: ['reopen', 'damage', 'check'],
    async run(subject) {
      const next = await withOneBad(subject, () => subject.damage('bad'));
      const errors = (await next.check()).filter(({ severity }) => severity === 'error');
      assert.ok(errors.length > 0);
      for (const { run, code, hint } of errors) {
        assert.equal(run, 'bad');
        assert.ok((damageCodes as readonly string[]).includes(code), code);
        assert.ok(hint !== undefined && hint !== '');
      }
    },
  },
  {
    id: 'B97',
    title: 'refuses a run of a later release to readers and takers, and lists the others',
    needs: ['reopen', 'newer'],
    async run(subject) {
      const next = await withOneBad(subject, () => subject.makeNewer('bad'));
      await rejects(next.read('bad'), 'ORCH_JOURNAL_NEWER');
      await rejects(next.backend.acquire('bad', { ...takingOf('second'), overEpoch: 1 }), 'ORCH_JOURNAL_NEWER');
      await expectOthers(next);
    },
  },
];

/** What the next process finds: something was done to the run `bad`, and not to `good`. */
async function withOneBad(subject: Subject, spoil: () => Promise<void>): Promise<Subject> {
  const bad = await subject.make('bad');
  await subject.append(bad, eventsOf(3, 4));
  await subject.make('good');
  await spoil();
  return subject.reopen();
}

/** The run `bad` hides no other. */
async function expectOthers(subject: Subject): Promise<void> {
  assert.deepEqual(await subject.versions('good'), [1, 2]);
  const { runs, unreadable = [] } = await subject.backend.list({});
  const named = [...runs, ...unreadable].map(({ runId }) => runId);
  assert.deepEqual(named.toSorted(), ['bad', 'good']);
  assert.ok(runs.some(({ runId }) => runId === 'good'));
}
