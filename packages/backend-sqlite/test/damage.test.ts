import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isOrchError } from '@orch/core/author';
import { expect, test } from 'vitest';
import { eventsOf } from '../../testkit/src/conformance/subject.ts';
import type { Subject } from '../../testkit/src/conformance/subject.ts';
import { shownBeforeDamage } from '../../backend-json/test/stage.ts';
import { eventsToText } from '../src/event-text.ts';
import { chained } from '../src/run-row.ts';
import { makeSqliteBackend } from '../src/sqlite-backend.ts';
import { edit, newFile, opened, refusal, visitor } from './stage.ts';

/** A file with the runs `bad` and `good`, of some commits and takings each, and a message. Closed. */
async function made(): Promise<string> {
  const file = newFile();
  const subject = await opened(file);
  for (const run of ['bad', 'good']) {
    let held = await subject.make(run);
    for (let version = 3; version <= 9; version += 2) await subject.append(held, eventsOf(version, version + 1));
    for (const token of ['second', 'third']) held = await subject.takeOver(held, token);
    await subject.append(held, eventsOf(11, 12));
    await subject.backend.post(run, { id: 'm', body: 'a message' });
  }
  await subject.close();
  return file;
}

const versionsUpTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

const ofBad = "(SELECT number FROM runs WHERE id = 'bad')";
const commit = (after: number): string => `id = ${ofBad} * 67108864 + ${after}`;

/** What is done, what the error says, and the newest version before it. */
const damages: readonly (readonly [what: string, sql: string, says: RegExp, shown: number])[] = [
  ['a byte of a commit', `UPDATE commits SET body = replace(body, '5', '6') WHERE ${commit(4)}`, /after version 4/, 4],
  ['a checksum', `UPDATE commits SET chain = chain + 1 WHERE ${commit(4)}`, /after version 4/, 4],
  ['the epoch of a commit', `UPDATE commits SET epoch = 2 WHERE ${commit(4)}`, /after version 4/, 4],
  ['the first commit, missing', `DELETE FROM commits WHERE ${commit(0)}`, /after version 0 is missing/, 0],
  ['a commit between, missing', `DELETE FROM commits WHERE ${commit(4)}`, /after version 4 is missing/, 4],
  ['the last commit, missing', `DELETE FROM commits WHERE ${commit(10)}`, /ends at version 10, but version 12/, 10],
  ['all commits, missing', `DELETE FROM commits WHERE id >> 26 = ${ofBad}`, /ends at version 0, but version 12/, 0],
  ['a commit in the place of another', `UPDATE commits SET id = id + 1 WHERE ${commit(10)}`, /after version 10/, 10],
  [
    'a commit of another run',
    `UPDATE commits SET (epoch, chain, body) = (SELECT epoch, chain, body FROM commits WHERE id >> 26 <> ${ofBad} AND id % 67108864 = 4)
     WHERE ${commit(4)}`,
    /after version 4/,
    4,
  ],
  ['the version in the table of runs', `UPDATE runs SET version = 10 WHERE id = 'bad'`, /table of runs/, 12],
  ['the status in the table of runs', `UPDATE runs SET status = 'failed' WHERE id = 'bad'`, /table of runs/, 12],
  ['the end of the chain', `UPDATE runs SET chain = chain + 1 WHERE id = 'bad'`, /table of runs/, 12],
];

test.for(damages)('%s is found, and what stands before it is shown', async ([, sql, says, shown]) => {
  const file = await made();
  edit(file, sql);
  const subject = await opened(file);
  const error = await refusal(subject.read('bad'));
  expect(['ORCH_JOURNAL_DAMAGED', 'ORCH_JOURNAL_TRUNCATED']).toContain(error.code);
  expect(error).toMatchObject({ file, message: expect.stringMatching(says), hint: expect.stringContaining('backup') });
  expect(error.message).toContain(file);
  expect(error.message).toContain('run bad');
  expect((await shownBeforeDamage(subject.backend, 'bad')).versions).toEqual(versionsUpTo(shown));
  expect((await shownBeforeDamage(subject.backend, 'bad', 3)).versions).toEqual(versionsUpTo(shown).slice(3));
  await expectOnlyBad(subject, error.message);
});

test('a last commit that fits the one before, but is not the one that was acknowledged, is found', async () => {
  const file = await made();
  const chainOf = (after: number): number =>
    visitor(file)
      .prepare<[], number>(`SELECT chain FROM commits WHERE ${commit(after)}`)
      .pluck()
      .get() ?? 0;
  const body = eventsToText(eventsOf(11, 12, 'another'), { after: 10, epoch: 3 });
  const chain = chained(chainOf(8), { after: 10, epoch: 3, body });
  expect(chain).not.toBe(chainOf(10));
  edit(file, `UPDATE commits SET body = '${body}', chain = ${chain} WHERE ${commit(10)}`);
  const subject = await opened(file);
  const error = await refusal(subject.read('bad'));
  expect(error.message).toContain('its last commit, up to version 12, is not the one that was written');
  await expectOnlyBad(subject, error.message);
});

/** What readers of the journal do not need, but a take-up does. */
const others: readonly (readonly [what: string, sql: string, call: (subject: Subject) => Promise<unknown>])[] = [
  [
    'a token',
    `UPDATE takings SET token = 'x' WHERE run = ${ofBad} AND epoch = 3`,
    ({ backend }) => backend.holder('bad'),
  ],
  [
    'the newest taking, missing',
    `DELETE FROM takings WHERE run = ${ofBad} AND epoch = 3`,
    ({ backend }) => backend.holder('bad'),
  ],
  [
    'a message',
    `UPDATE messages SET body = '"b message"' WHERE run = ${ofBad}`,
    ({ backend }) => backend.messages('bad'),
  ],
];

test.for(others)('%s is found', async ([, sql, call]) => {
  const file = await made();
  edit(file, sql);
  const subject = await opened(file);
  const error = await refusal(call(subject));
  expect(error).toMatchObject({ code: 'ORCH_JOURNAL_DAMAGED', file, message: expect.stringContaining('run bad') });
  await expectOnlyBad(subject, error.message);
});

/** Doctor says the same, and the other run goes on. */
async function expectOnlyBad(subject: Subject, message: string): Promise<void> {
  const findings = await subject.check();
  expect(findings).toMatchObject([{ severity: 'error', run: 'bad', message }]);
  const { runs, unreadable = [] } = await subject.backend.list({});
  expect([...runs, ...unreadable].map(({ runId }) => runId).toSorted()).toEqual(['bad', 'good']);
  const held = await subject.takeOver({ run: 'good', fence: { epoch: 3, token: 'third' } }, 'fourth');
  expect(await subject.append(held, eventsOf(13, 13))).toEqual({ status: 'ok' });
  expect((await subject.versions('good')).length).toBe(13);
}

test('a taking that is missing between others is found by doctor', async () => {
  const file = await made();
  edit(file, `DELETE FROM takings WHERE run = ${ofBad} AND epoch = 2`);
  const subject = await opened(file);
  const findings = await subject.check();
  expect(findings).toMatchObject([{ run: 'bad', message: expect.stringContaining('epoch 2 is missing') }]);
});

test('a run that is missing in the table of runs is found by what is left of it', async () => {
  const file = await made();
  edit(file, `DELETE FROM runs WHERE id = 'bad'`);
  const subject = await opened(file);
  expect(await subject.check()).toMatchObject([
    { code: 'ORCH_JOURNAL_DAMAGED', severity: 'error', message: expect.stringContaining('number 1 has commits') },
  ]);
});

test('the last epoch of a removed run is not believed blindly', async () => {
  const file = newFile();
  const subject = await opened(file);
  const { run, fence } = await subject.make('r');
  await subject.backend.delete(run, fence);
  edit(file, 'UPDATE removed SET epoch = 0');
  expect((await refusal(subject.make('r'))).code).toBe('ORCH_JOURNAL_DAMAGED');
  expect(await subject.check()).toMatchObject([{ severity: 'error', run: 'r' }]);
});

test('a file whose structure is damaged is read as far as it goes, and not written', async () => {
  const file = await made();
  const bytes = readFileSync(file);
  // The last page: of the index of messages, or of a table.
  bytes.fill(0xff, bytes.length - 4096, bytes.length - 4000);
  writeFileSync(file, bytes);
  const subject = await opened(file);
  const fence = { epoch: 3, token: 'third' };
  const error = await refusal(subject.append({ run: 'good', fence }, eventsOf(13, 13)));
  expect(error).toMatchObject({ code: 'ORCH_JOURNAL_DAMAGED', file });
  await subject.close();
  expect(readFileSync(file).equals(bytes)).toBe(true);
});

test('a run that its index does not find is not taken for unknown', async () => {
  const file = await made();
  const bytes = readFileSync(file);
  for (let place = bytes.indexOf('good'); place >= 0; place = bytes.indexOf('good', place + 1))
    // In the index the id is followed by the number of the run.
    if (bytes[place + 4] === 2 && bytes[place - 1] === 1) bytes[place] = 'h'.codePointAt(0)!;
  writeFileSync(file, bytes);
  const subject = await opened(file);
  for (const call of [subject.read('good'), subject.make('good')])
    expect(await refusal(call)).toMatchObject({ code: 'ORCH_JOURNAL_DAMAGED', file });
});

test('a byte that is changed anywhere is harmless, or found', async () => {
  const file = await made();
  const whole = await opened(file);
  const expected = [await whole.read('bad'), await whole.read('good')];
  await whole.close();
  const bytes = readFileSync(file);
  const folder = dirname(file);
  let refused = 0;
  let harmless = 0;
  for (let place = 0; place < bytes.length; place += 101) {
    if (bytes[place] === 0 && place % 7 !== 0) continue;
    const copy = join(folder, `copy-${place}`, 'orch.db');
    mkdirSync(dirname(copy));
    copyFileSync(file, copy);
    const spoiled = Buffer.from(bytes);
    spoiled[place]! ^= 1 << (place % 8);
    writeFileSync(copy, spoiled);
    const found = await readAll(copy);
    if (found === undefined) refused++;
    else {
      harmless++;
      expect(found, `byte ${place}`).toEqual(expected);
    }
  }
  expect(refused).toBeGreaterThan(20);
  expect(harmless).toBeGreaterThan(20);
});

/** `undefined`: refused as damaged. Any other refusal fails. */
async function readAll(file: string): Promise<readonly unknown[] | undefined> {
  const backend = makeSqliteBackend(file, {});
  const read = async (run: string): Promise<readonly unknown[]> => {
    const events: unknown[] = [];
    for await (const some of backend.read(run)) events.push(...some);
    return events;
  };
  try {
    await backend.open();
    return [await read('bad'), await read('good')];
  } catch (error) {
    const codes = ['ORCH_JOURNAL_DAMAGED', 'ORCH_JOURNAL_TRUNCATED', 'ORCH_JOURNAL_NEWER'];
    if (isOrchError(error) && codes.includes(error.code)) return undefined;
    throw error;
  } finally {
    await backend.close();
  }
}
