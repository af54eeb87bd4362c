import { strict as assert } from 'node:assert';
import { errorCodes } from '@orch/core/author';
import { failureClasses } from '@orch/core/author';
import type { Json, Outcome, StopReason } from '@orch/core/author';
import type { ExecutorCase } from './executor-case.ts';
import type { ExecutorSubject, Trial } from './executor-subject.ts';

/** How attempts are carried out and ended. */
export const executeCases: readonly ExecutorCase[] = [
  {
    id: 'E01',
    title: 'answers work that ends well with `completed`',
    async run(subject) {
      assert.equal((await subject.execute(subject.trial('complete'))).status, 'completed');
    },
  },
  {
    id: 'E02',
    title: 'answers work that fails with a value: class, code and message',
    async run(subject) {
      const outcome = await subject.execute(subject.trial('fail'));
      assert.ok(outcome.status === 'failed', `work that fails was answered with ${outcome.status}`);
      assert.ok(failureClasses.includes(outcome.class), `there is no class ${outcome.class}`);
      assert.ok(Object.hasOwn(errorCodes, outcome.error.code), `there is no code ${outcome.error.code}`);
      assert.notEqual(outcome.error.message, '');
    },
  },
  {
    id: 'E03',
    title: 'leaves the output out where there is none',
    async run(subject) {
      const outcome = await subject.execute(subject.trial('complete'));
      assert.ok(!('output' in outcome), 'no output was answered with one');
    },
  },
  {
    id: 'E04',
    title: 'answers with JSON, however an attempt ends',
    async run(subject) {
      for (const work of ['complete', 'fail'] as const) isJson(await subject.execute(subject.trial(work)));
      const trial = subject.trial('wait');
      const { outcome } = await subject.begin(trial);
      trial.stop.abort('cancelled');
      isJson(await outcome);
    },
  },
  {
    id: 'E05',
    title: 'gives every JSON value back as it was, as a copy',
    needs: 'output',
    async run(subject) {
      for (const value of jsonValues) {
        const outcome = await subject.execute(subject.trial({ give: value }));
        assert.ok(outcome.status === 'completed');
        // As text: a prototype that was changed, or keys in another order, look equal otherwise.
        assert.equal(JSON.stringify(outcome.output), JSON.stringify(value));
      }
      const list = [1];
      const outcome = await subject.execute(subject.trial({ give: list }));
      list.push(2);
      assert.ok(outcome.status === 'completed');
      assert.deepEqual(outcome.output, [1]);
    },
  },
  {
    id: 'E06',
    title: 'fails an attempt whose output JSON can not hold, as `invalid-output`',
    needs: 'output',
    async run(subject) {
      const circle: unknown[] = [];
      circle.push(circle);
      for (const value of [1n, Number.NaN, () => 1, { deep: [Infinity] }, circle]) {
        const outcome = await subject.execute(subject.trial({ give: value }));
        assert.ok(outcome.status === 'failed', 'an output that is not JSON was accepted');
        assert.equal(outcome.class, 'invalid-output');
      }
    },
  },
  {
    id: 'E07',
    title: 'ends work when the signal is aborted, and answers `aborted`, whatever the reason',
    async run(subject) {
      for (const reason of reasons) {
        const trial = subject.trial('wait');
        const { outcome } = await subject.begin(trial);
        trial.stop.abort(reason);
        await isEnded(subject, trial, await outcome);
      }
    },
  },
  {
    id: 'E08',
    title: 'hears a signal that is aborted before the work is under way',
    async run(subject) {
      const trial = subject.trial('wait');
      const { outcome } = await subject.start(trial);
      trial.stop.abort('cancelled');
      await isEnded(subject, trial, await outcome);
    },
  },
  {
    id: 'E09',
    title: 'ends work that does not obey when it is to be killed, or says that it goes on',
    needs: 'resist',
    async run(subject) {
      const trial = subject.trial('resist');
      const { outcome } = await subject.begin(trial);
      trial.stop.abort('cancelled');
      trial.kill.abort();
      await isEnded(subject, trial, await outcome);
    },
  },
  {
    id: 'E10',
    title: 'keeps attempts of two runs apart',
    async run(subject) {
      await staysApart(subject, subject.trial('wait'), subject.trial('wait'));
    },
  },
  {
    id: 'E11',
    title: 'keeps phases of one run apart, and instances of one phase',
    async run(subject) {
      const one = subject.trial('wait');
      const { runId } = one.attempt;
      await staysApart(subject, one, subject.trial('wait', { runId, phase: 'test' }));
      const instance = subject.trial('wait', { phase: 'each', index: 0 });
      const { runId: other } = instance.attempt;
      await staysApart(subject, instance, subject.trial('wait', { runId: other, phase: 'each', index: 1 }));
    },
  },
  {
    id: 'E12',
    title: 'carries out phases of every name that core lets through, all at once',
    async run(subject) {
      const { runId } = subject.trial('complete').attempt;
      const trials = oddNames.map((phase) => subject.trial('complete', { runId, phase }));
      const outcomes = await Promise.all(trials.map((trial) => subject.execute(trial)));
      const bad = oddNames.filter((_, index) => outcomes[index]?.status !== 'completed');
      assert.deepEqual(bad, []);
    },
  },
  {
    id: 'E13',
    title: 'carries out the next attempt of a phase, and its repair, as it would the first',
    async run(subject) {
      const failed = subject.trial('fail');
      const { runId } = failed.attempt;
      assert.equal((await subject.execute(failed)).status, 'failed');
      const stopped = subject.trial('wait', { runId, number: 2 });
      const { outcome } = await subject.begin(stopped);
      stopped.stop.abort('timeout');
      await isEnded(subject, stopped, await outcome);
      for (const more of [{ number: 3, part: 'repair' }, { number: 4 }] as const)
        assert.equal((await subject.execute(subject.trial('complete', { runId, ...more }))).status, 'completed');
    },
  },
];

const reasons: readonly StopReason[] = ['timeout', 'cancelled', 'stopped', 'replaced'];

const jsonValues: readonly Json[] = [
  null,
  false,
  0,
  '',
  [],
  {},
  -1.5e-7,
  ['é', '🦀', '\u2028', '\u0000', '\ud800'],
  { z: 1, a: { y: [null], b: 3 }, '': 0 },
  JSON.parse('{"__proto__":{"a":1},"constructor":1,"toString":null}') as Json,
];

/** Names that lead astray as keys of objects, as paths, and as words of a shell; and names that look alike. */
const oddNames: readonly string[] = [
  '__proto__',
  'constructor',
  'a/b',
  'a_b',
  'a-b',
  'a.b',
  'A.b',
  '../../up',
  '..',
  '/etc/passwd',
  '-rf',
  '$(exit 1)',
  '"; exit 1; "',
  '*',
  ' ',
  'é',
  'e\u0301',
  '日本 🦀',
  'x'.repeat(200),
];

function isJson(outcome: Outcome): void {
  assert.deepEqual(JSON.parse(JSON.stringify(outcome)), outcome);
}

/** Nothing of the attempt goes on, unless the outcome says so to a person. */
export async function isEnded(subject: ExecutorSubject, trial: Trial, outcome: Outcome): Promise<void> {
  assert.ok(outcome.status === 'aborted', `work that was to end was answered with ${outcome.status}`);
  const isTold = outcome.note !== undefined && outcome.note !== '';
  if (!isTold)
    assert.equal(await subject.running(trial), 0, 'the work goes on after its outcome, which does not say so');
}

/** Ends one of two attempts; the other goes on to its own end. */
async function staysApart(subject: ExecutorSubject, one: Trial, other: Trial): Promise<void> {
  const isOneRun = one.attempt.runId === other.attempt.runId;
  const first = await subject.begin(one);
  const second = await subject.begin(other, isOneRun ? 2 : 1);
  one.stop.abort('cancelled');
  assert.equal((await first.outcome).status, 'aborted');
  assert.equal(await subject.running(other), 1, 'what ended one attempt ended another');
  await subject.finish(other);
  assert.equal((await second.outcome).status, 'completed');
}
