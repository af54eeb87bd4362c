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
      const next = await withOneDamaged(subject);
      await rejects(next.read('bad'), ...damageCodes);
      assert.deepEqual(await next.versions('good'), [1, 2]);
      const { runs, unreadable = [] } = await next.backend.list({});
      const named = [...runs, ...unreadable].map(({ runId }) => runId);
      assert.deepEqual(named.toSorted(), ['bad', 'good']);
      assert.ok(runs.some(({ runId }) => runId === 'good'));
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
      const next = await withOneDamaged(subject);
      const errors = (await next.check()).filter(({ severity }) => severity === 'error');
      assert.ok(errors.length > 0);
      for (const { run, code, hint } of errors) {
        assert.equal(run, 'bad');
        assert.ok((damageCodes as readonly string[]).includes(code), code);
        assert.ok(hint !== undefined && hint !== '');
      }
    },
  },
];

/** What the next process finds: the run `bad` is damaged, `good` is not. */
async function withOneDamaged(subject: Subject): Promise<Subject> {
  const bad = await subject.make('bad');
  await subject.append(bad, eventsOf(3, 4));
  await subject.make('good');
  await subject.damage('bad');
  return subject.reopen();
}
