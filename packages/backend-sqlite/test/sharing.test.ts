import { expect, test, vi } from 'vitest';
import { eventsOf } from '../../testkit/src/conformance/subject.ts';
import { newFile, opened, witness } from './stage.ts';

test('a run that is alone is written within the turn', async () => {
  const subject = await opened(newFile());
  const made = await subject.make();
  const turn = vi.fn();
  setImmediate(turn);
  for (let version = 3; version < 20; version++) await subject.append(made, eventsOf(version, version));
  expect(turn).not.toHaveBeenCalled();
});

test('what several runs write in one turn shares a transaction', async () => {
  const { said, openDatabase } = witness();
  const subject = await opened(newFile(), {}, openDatabase);
  const commits = (): number => said.filter((sql) => sql === 'COMMIT').length;
  await subject.make('first');
  let before = commits();
  const made = await Promise.all(Array.from({ length: 50 }, (_, index) => subject.make(`run-${index}`)));
  expect(commits() - before).toBe(1);
  before = commits();
  await Promise.all(
    made.map(async (one) => {
      for (let version = 3; version < 6; version++) await subject.append(one, eventsOf(version, version));
    }),
  );
  expect(commits() - before).toBe(3);
  for (const { run } of made) expect(await subject.versions(run)).toEqual([1, 2, 3, 4, 5]);
  before = commits();
  await Promise.all(made.map(({ run, fence }) => subject.backend.release(run, fence)));
  expect(commits() - before).toBe(1);
});

test('one flush is enough for all that share it, and none is made where nobody asks for it', async () => {
  const { said, databases, openDatabase } = witness();
  const subject = await opened(newFile(), {}, openDatabase);
  const made = [await subject.make('a'), await subject.make('b'), await subject.make('c')];
  const append = (version: number, flushed: string): Promise<unknown> =>
    Promise.all(made.map((one) => subject.append(one, eventsOf(version, version), { flush: one.run === flushed })));
  const level = (): unknown => databases[0]?.pragma('synchronous', { simple: true });
  await append(3, 'nobody');
  expect(level()).toBe(1);
  const before = said.length;
  await append(4, 'b');
  expect(level()).toBe(2);
  expect(said.slice(before).filter((sql) => sql === 'COMMIT').length).toBe(1);
});

test('what one of them is refused does not concern the others', async () => {
  const subject = await opened(newFile());
  const made = [await subject.make('a'), await subject.make('b'), await subject.make('c')];
  const [good, lost, wrong] = made as [(typeof made)[0], (typeof made)[0], (typeof made)[0]];
  await subject.backend.release(lost.run, lost.fence);
  const answers = await Promise.allSettled([
    subject.append(lost, eventsOf(3, 3)),
    subject.append({ ...wrong, fence: { ...wrong.fence, token: 'x' } }, eventsOf(3, 3)),
    subject.append(good, eventsOf(3, 3)),
  ]);
  expect(answers).toMatchObject([
    { value: { status: 'lost-lease' } },
    { reason: { code: 'ORCH_BACKEND_FENCE' } },
    { value: { status: 'ok' } },
  ]);
  expect(await subject.versions('a')).toEqual([1, 2, 3]);
});

test('closing waits for what is under way', async () => {
  const file = newFile();
  const subject = await opened(file);
  const made = [await subject.make('a'), await subject.make('b')];
  const appends = made.map((one) => subject.append(one, eventsOf(3, 3)));
  await subject.backend.close();
  expect(await Promise.all(appends)).toEqual([{ status: 'ok' }, { status: 'ok' }]);
  expect(await (await opened(file)).versions('b')).toEqual([1, 2, 3]);
});
