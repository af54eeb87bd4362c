import { strict as assert } from 'node:assert';
import type { Acquired, Appended, Created } from '@orch/core/author';
import type { BackendCase } from './backend-case.ts';
import type { Order, Writing } from './processes/order.ts';
import { race, WorkerProcess } from './processes/worker-process.ts';
import { eventsOf, ownerOf } from './subject.ts';
import type { MadeRun, Subject } from './subject.ts';

const rounds = 20;

/** What four processes do to one state. Each begins when all are ready, and each must report. */
export const processCases: readonly BackendCase[] = [
  {
    id: 'B81',
    title: 'lets one of four processes win that make a run at once',
    needs: 'processes',
    async run(subject) {
      const workers = await startProcesses(subject);
      for (let round = 1; round <= rounds; round++) {
        const run = `r${round}`;
        const answers = await race<Created>(workers, (index) => ({ do: 'create', run, token: `t${index}` }));
        const token = `t${winnerOf(answers, 'created')}`;
        assert.deepEqual(answers.filter(isNot('exists')), [{ status: 'created', fence: { epoch: 1, token } }]);
        assert.deepEqual((await subject.backend.holder(run))?.by, ownerOf(token));
        assert.deepEqual(await subject.read(run), eventsOf(1, 2, token));
      }
    },
  },
  {
    id: 'B82',
    title: 'gives an epoch to one of four processes that take a run at once, held or free',
    needs: 'processes',
    async run(subject) {
      const workers = await startProcesses(subject);
      let made = await subject.make();
      const { run } = made;
      let winner: number | undefined;
      for (let round = 1; round <= rounds; round++) {
        const isFree = winner !== undefined && round % 2 === 0;
        if (isFree) await workers[winner!]?.perform({ do: 'release', made });
        const over = isFree ? {} : { overEpoch: made.fence.epoch };
        const answers = await race<Acquired>(workers, (index) => takingBy(run, `${round}-${index}`, over));
        winner = winnerOf(answers, 'held');
        made = { run, fence: { epoch: made.fence.epoch + 1, token: `${round}-${winner}` } };
        assert.deepEqual(answers[winner], { status: 'held', fence: made.fence });
        for (const answer of answers) if (answer.status === 'taken') assert.equal(answer.epoch, made.fence.epoch);
      }
      assert.equal((await subject.backend.holder(run))?.epoch, 1 + rounds);
    },
  },
  {
    id: 'B83',
    title: 'keeps what a holder was told to be written while three processes take its run over',
    needs: 'processes',
    async run(subject) {
      const workers = await startProcesses(subject);
      const acknowledged = new Map<number, string>();
      let made = await takenBy(workers[0]!, await subject.make());
      let holder = 0;
      for (let round = 1; round <= rounds; round++) {
        const { run, fence } = made;
        const writing = writesIn(workers[holder]!, made, (await subject.versions(run)).length, 1);
        await first(writing.answer, workers[holder]!.acknowledges(1));
        const takers = workers.filter((_, index) => index !== holder);
        const answers = await race<Acquired>(takers, (index) =>
          takingBy(run, `${round}-${index}`, { overEpoch: fence.epoch }),
        );
        const winner = winnerOf(answers, 'held');
        made = { run, fence: { epoch: fence.epoch + 1, token: `${round}-${winner}` } };
        const versions = workers[holder]!.acknowledged;
        // Some may be on their way here. A holder that hears of nothing would go on for ever.
        const refused = await Promise.race([writing.answer, workers[holder]!.acknowledges(versions.length + 100)]);
        assert.deepEqual(refused, { status: 'lost-lease', epoch: made.fence.epoch });
        assert.ok(versions.length > 0, 'the holder wrote nothing before it was overtaken');
        for (const version of versions) acknowledged.set(version, writing.says);
        assert.ok((await subject.versions(run)).length - versions.at(-1)! <= 1);
        holder = workers.indexOf(takers[winner]!);
      }
      await expectKept(subject, made.run, acknowledged);
    },
  },
  {
    id: 'B84',
    title: 'refuses a process whose run another one took over',
    needs: 'processes',
    async run(subject) {
      const [stale, next] = (await startProcesses(subject)) as [WorkerProcess, WorkerProcess];
      const lost = await takenBy(stale, await subject.make());
      const { run } = lost;
      const append = (worker: WorkerProcess, made: MadeRun, version: number, says: string): Promise<Appended> =>
        worker.perform({ do: 'append', made, version, says });
      assert.deepEqual(await append(stale, lost, 3, 'before'), { status: 'ok' });
      const held = await takenBy(next, lost);
      assert.deepEqual(await append(stale, lost, 4, 'stale'), { status: 'lost-lease', epoch: 3 });
      assert.deepEqual(await append(next, held, 4, 'after'), { status: 'ok' });
      for (const version of [4, 5])
        assert.deepEqual(await append(stale, lost, version, 'stale'), { status: 'lost-lease', epoch: 3 });
      assert.deepEqual(await append(stale, lost, 3, 'before'), { status: 'ok' });
      assert.deepEqual(await subject.read(run, 2), [...eventsOf(3, 3, 'before'), ...eventsOf(4, 4, 'after')]);
    },
  },
  {
    id: 'B85',
    title:
      'loses no commit that was acknowledged, and keeps no part of one, when SIGKILL ends its process, twelve times over',
    needs: 'processes',
    async run(subject) {
      let made = await subject.make();
      const acknowledged = new Map<number, string>();
      for (let kill = 0; kill < 12;) {
        for (const worker of await startProcesses(subject)) {
          made = await takenBy(worker, made);
          const wanted = 1 + ((kill++ * 7) % 20);
          const writing = writesIn(worker, made, (await subject.versions(made.run)).length, 3);
          await first(writing.answer, worker.acknowledges(wanted));
          await worker.kill();
          assert.ok(
            worker.acknowledged.length >= wanted,
            `it wrote ${worker.acknowledged.length} of ${wanted} commits`,
          );
          for (const version of worker.acknowledged) acknowledged.set(version, writing.says);
          const found = await subject.versions(made.run);
          // What was written but not acknowledged may be history too: one commit, whole.
          const more = found.length - worker.acknowledged.at(-1)!;
          assert.ok(more === 0 || more === 3, `${more} events follow on what was acknowledged`);
        }
      }
      await expectKept(subject, made.run, acknowledged);
    },
  },
  {
    id: 'B86',
    title: 'keeps each message of four processes that post at once, in each sender’s order',
    needs: 'processes',
    async run(subject) {
      const workers = await startProcesses(subject);
      const { run } = await subject.make();
      const idsOf = (index: number): string[] =>
        Array.from({ length: 25 }, (_, at) => (at % 5 === 4 ? `all-${at}` : `${index}-${at}`));
      const answers = await race<readonly string[]>(workers, (index) => ({ do: 'post', run, ids: idsOf(index) }));
      assert.deepEqual(answers.flat(), Array.from({ length: 100 }).fill('posted'));
      const messages = await subject.backend.messages(run);
      const ids = messages.map(({ id }) => id);
      assert.deepEqual(ids.toSorted(), [...new Set(workers.flatMap((_, index) => idsOf(index)))].toSorted());
      for (const { id, body } of messages) assert.equal(body, id);
      for (const index of workers.keys()) {
        const isOwn = (id: string): boolean => id.startsWith(`${index}-`);
        assert.deepEqual(ids.filter(isOwn), idsOf(index).filter(isOwn));
      }
    },
  },
  {
    id: 'B87',
    title: 'shows whole commits, and none taken back, to three processes that read while one appends',
    needs: 'processes',
    async run(subject) {
      const workers = await startProcesses(subject);
      const made = await takenBy(workers[0]!, await subject.make());
      const until = 2 + 30 * 3;
      const writing: Writing = { do: 'write', made, after: 2, says: 'event', commits: 30, size: 3 };
      const watching: Order = { do: 'watch', run: made.run, until };
      const [written, ...seen] = await race<unknown>(workers, (index) => (index === 0 ? writing : watching));
      assert.deepEqual(written, { status: 'ok' });
      for (const counts of seen as readonly (readonly number[])[]) {
        assert.equal(counts.at(-1), until);
        for (const [at, count] of counts.entries()) {
          assert.equal((count - 2) % 3, 0, `a part of a commit was shown: ${count} events`);
          assert.ok(count >= (counts[at - 1] ?? 0), `${counts[at - 1]} events were shown, and then ${count}`);
        }
      }
    },
  },
  {
    id: 'B88',
    title: 'lets one of four processes win that append different commits at once under one fence',
    needs: ['processes', 'shared-fence'],
    async run(subject) {
      const workers = await startProcesses(subject);
      const made = await subject.make();
      const won: string[] = [];
      for (let version = 3; version < 3 + rounds; version++) {
        const says = (index: number): string => `${index} of round`;
        const answers = await Promise.allSettled(
          workers.map((worker, index) => worker.perform<Appended>({ do: 'append', made, version, says: says(index) })),
        );
        const isRefused = (answer: PromiseSettledResult<Appended>): boolean =>
          answer.status === 'fulfilled'
            ? answer.value.status === 'conflict'
            : (answer.reason as { readonly code?: unknown }).code === 'ORCH_JOURNAL_DAMAGED';
        const winners = answers.flatMap((answer, index) => (isRefused(answer) ? [] : [index]));
        assert.equal(winners.length, 1, JSON.stringify(answers));
        won.push(`${says(winners[0]!)} ${version}`);
      }
      assert.deepEqual(messagesOf(await subject.read(made.run, 2)), won);
    },
  },
  {
    id: 'B89',
    title: 'writes a commit once that four processes send at once under one fence',
    needs: ['processes', 'shared-fence'],
    async run(subject) {
      const workers = await startProcesses(subject);
      const made = await subject.make();
      for (let version = 3; version < 3 + rounds; version++) {
        const answers = await race<Appended>(workers, () => ({ do: 'append', made, version, says: 'event' }));
        assert.deepEqual(answers, Array.from({ length: 4 }).fill({ status: 'ok' }));
      }
      assert.deepEqual(await subject.read(made.run), eventsOf(1, 2 + rounds));
    },
  },
];

/** Four processes that have a backend on the same state open, and wait for orders. */
async function startProcesses(subject: Subject): Promise<readonly WorkerProcess[]> {
  const { processes } = subject;
  const started = await Promise.allSettled(Array.from({ length: 4 }, () => WorkerProcess.start(processes)));
  for (const one of started) if (one.status === 'fulfilled') subject.onClose(() => one.value.kill());
  return started.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

/** Which of them has the status. Nobody else may. */
function winnerOf(answers: readonly { readonly status: string }[], status: string): number {
  const winners = answers.flatMap((answer, index) => (answer.status === status ? [index] : []));
  assert.equal(winners.length, 1, `one of four should be answered with ${status}: ${JSON.stringify(answers)}`);
  return winners[0]!;
}

function isNot(status: string): (answer: { readonly status: string }) => boolean {
  return (answer) => answer.status !== status;
}

function takingBy(run: string, token: string, over: { readonly overEpoch?: number }): Order {
  return { do: 'take', run, token, ...over };
}

/** A process takes a run over from whoever holds it. */
async function takenBy(worker: WorkerProcess, { run, fence }: MadeRun): Promise<MadeRun> {
  const token = `holder-${fence.epoch + 1}`;
  const answer = await worker.perform<Acquired>(takingBy(run, token, { overEpoch: fence.epoch }));
  assert.deepEqual(answer, { status: 'held', fence: { epoch: fence.epoch + 1, token } });
  return { run, fence: { epoch: fence.epoch + 1, token } };
}

/** Has a holder append until it is refused. */
function writesIn(
  worker: WorkerProcess,
  made: MadeRun,
  after: number,
  size: number,
): { readonly says: string; readonly answer: Promise<Appended> } {
  const says = `epoch ${made.fence.epoch}, event`;
  return { says, answer: worker.perform({ do: 'write', made, after, says, size }) };
}

/** A writer that fails is not waited for. */
async function first(...all: readonly Promise<unknown>[]): Promise<void> {
  await Promise.race(all);
}

/** Each event that was acknowledged is at its place, no version is missing, and no event is there twice. */
async function expectKept(subject: Subject, run: string, acknowledged: ReadonlyMap<number, string>): Promise<void> {
  const events = await subject.read(run);
  assert.deepEqual(
    events.map(({ version }) => version),
    events.map((_, index) => index + 1),
  );
  const found = messagesOf(events);
  assert.equal(new Set(found).size, found.length);
  for (const [version, says] of acknowledged) assert.equal(found[version - 1], `${says} ${version}`);
}

function messagesOf(events: Awaited<ReturnType<Subject['read']>>): string[] {
  return events.map((event) => (event.type === 'warning' ? event.message : event.type));
}
