import { strict as assert } from 'node:assert';
import { errorCodes } from '@orch/core/author';
import type { Outcome } from '@orch/core/author';
import { isEnded } from './execute-cases.ts';
import type { ExecutorCase } from './executor-case.ts';
import type { ExecutorSubject, Trial } from './executor-subject.ts';

/** What is known before a run starts, and what becomes of attempts that an earlier process started. */
export const takeUpCases: readonly ExecutorCase[] = [
  {
    id: 'E14',
    title: 'finds nothing wrong where nothing is',
    needs: 'check',
    async run(subject) {
      assert.deepEqual(await subject.check([]), []);
      const phases = [checked(subject.trial('complete')), checked(subject.trial('wait', { phase: 'test' }), true)];
      assert.deepEqual(await subject.check(phases), []);
    },
  },
  {
    id: 'E15',
    title: 'finds what is unsound: phase, path from the phase, code and message',
    needs: 'check',
    async run(subject) {
      const bad = checked(subject.trial('unsound', { phase: 'bad' }));
      const findings = await subject.check([checked(subject.trial('complete')), bad]);
      assert.ok(
        findings.some(({ severity }) => severity === 'error'),
        'what is unsound was not found',
      );
      for (const { phase, path, code, message } of findings) {
        assert.equal(phase, 'bad');
        assert.ok(Object.hasOwn(errorCodes, code), `there is no code ${code}`);
        assert.notEqual(message, '');
        assert.ok(Array.isArray(path), 'a finding has no path');
        const [key] = path as readonly unknown[];
        assert.ok(typeof key === 'string' && Object.hasOwn(bad.options, key), `the path begins with ${String(key)}`);
      }
    },
  },
  {
    id: 'E16',
    title: 'settles a run of which nothing is there, any number of times',
    needs: 'settle',
    async run(subject) {
      const { attempt } = subject.trial('complete');
      for (const known of [[], [attempt.key], []]) await subject.settle(attempt.runId, new Set(known));
    },
  },
  {
    id: 'E17',
    title: 'ends attempts whose key the journal does not know, before it answers',
    needs: 'settle',
    async run(subject) {
      const trial = subject.trial('wait');
      const { outcome } = await subject.begin(trial);
      await subject.settle(trial.attempt.runId, new Set(['another']));
      assert.equal(await subject.running(trial), 0, 'a forgotten attempt goes on');
      assert.notEqual((await outcome).status, 'completed');
    },
  },
  {
    id: 'E18',
    title: 'leaves attempts alone whose key the journal knows, and those of other runs',
    needs: 'settle',
    async run(subject) {
      const known = subject.trial('wait');
      const other = subject.trial('wait');
      const outcomes = [await subject.begin(known), await subject.begin(other)];
      await subject.settle(known.attempt.runId, new Set([known.attempt.key]));
      for (const trial of [known, other]) assert.equal(await subject.running(trial), 1, 'a known attempt was ended');
      for (const trial of [known, other]) await subject.finish(trial);
      for (const { outcome } of outcomes) assert.equal((await outcome).status, 'completed');
    },
  },
  {
    id: 'E19',
    title: 'answers with gone where an attempt never began, and it never begins after that',
    needs: 'adopt',
    async run(subject) {
      const trial = subject.trial('complete');
      await prepare(subject, trial);
      assert.equal(await subject.adopt(trial), undefined);
      assert.equal(await subject.adopt(trial), undefined);
      // Its own process, held up until now.
      assert.notEqual((await subject.execute(trial)).status, 'completed');
    },
  },
  {
    id: 'E20',
    title: 'answers for an attempt that runs at once, with the outcome to come',
    needs: 'adopt',
    async run(subject) {
      const trial = subject.trial('wait');
      await subject.begin(trial);
      const { outcome } = await subject.adopted(trial);
      assert.equal(await subject.running(trial), 1, 'adopting ended the attempt');
      await subject.finish(trial);
      assert.equal((await outcome).status, 'completed');
      assert.equal(await subject.begun(trial), 1, 'what was adopted began again');
    },
  },
  {
    id: 'E21',
    title: 'answers for an attempt that has ended with the outcome that it had',
    needs: 'adopt',
    async run(subject) {
      for (const work of ['complete', 'fail'] as const) {
        const trial = subject.trial(work);
        const outcome = await subject.execute(trial);
        const found = await subject.adopted(trial);
        assert.deepEqual(await found.outcome, outcome);
      }
    },
  },
  {
    id: 'E22',
    title: 'answers the same to whoever asks again, while it runs and after',
    needs: 'adopt',
    async run(subject) {
      const trial = subject.trial('wait');
      await subject.begin(trial);
      const found = [await subject.adopted(trial), await subject.adopted(trial)];
      await subject.finish(trial);
      found.push(await subject.adopted(trial), await subject.adopted(trial));
      const outcomes: Outcome[] = [];
      for (const { outcome } of found) outcomes.push(await outcome);
      for (const outcome of outcomes) assert.deepEqual(outcome, outcomes[0]);
      assert.equal(outcomes[0]?.status, 'completed');
    },
  },
  {
    id: 'E23',
    title: 'ends an adopted attempt when its signal is aborted',
    needs: 'adopt',
    async run(subject) {
      const trial = subject.trial('wait');
      await subject.begin(trial);
      const { outcome } = await subject.adopted(trial);
      trial.stop.abort('cancelled');
      await isEnded(subject, trial, await outcome);
    },
  },
  {
    id: 'E24',
    title: 'never makes a success of an attempt that was ended',
    needs: 'adopt',
    async run(subject) {
      const trial = subject.trial('wait');
      const { outcome } = await subject.begin(trial);
      trial.stop.abort('cancelled');
      await outcome;
      const found = await subject.adopt(trial);
      assert.notEqual((await found?.outcome)?.status, 'completed');
    },
  },
  {
    id: 'E25',
    title: 'throws where it can not know what became of an attempt: that is never gone',
    needs: ['adopt', 'unseen'],
    async run(subject) {
      const trial = subject.trial('wait');
      await subject.begin(trial);
      const unseen = { ...trial, attempt: subject.unseen(trial.attempt) };
      const found = await subject.adopt(unseen).then(
        (answer) => (answer === undefined ? 'gone' : 'an outcome'),
        () => 'a throw',
      );
      assert.equal(found, 'a throw');
      assert.equal(await subject.running(trial), 1, 'asking ended the attempt');
    },
  },
  {
    id: 'E26',
    title: 'takes the word of a person that an attempt out of sight runs no more',
    needs: ['adopt', 'unseen'],
    async run(subject) {
      const trial = subject.trial('complete');
      await prepare(subject, trial);
      const unseen = { ...trial, attempt: subject.unseen(trial.attempt) };
      assert.equal(await subject.adopt(unseen, await subject.next(), true), undefined);
    },
  },
];

type PhaseToCheck = Parameters<ExecutorSubject['check']>[0][number];

function checked({ attempt: { phase, options } }: Trial, dependent = false): PhaseToCheck {
  return { phase, options, dependent };
}

/** The run's place is there, as after the start of any attempt. */
async function prepare(subject: ExecutorSubject, { attempt }: Trial): Promise<void> {
  await subject.executor.settle?.(attempt.runId, new Set([attempt.key]));
}
