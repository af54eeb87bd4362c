import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  commit,
  created,
  event,
  events,
  folder,
  held,
  opened,
  shownBeforeDamage,
  summary,
  taking,
  versions,
} from './stage.ts';
import { chainStart, encodeRecord, walk } from '../src/record.ts';
import type { Kind } from '../src/record.ts';
import { commitPayload } from '../src/segment.ts';
import { rewriteHeader } from './rewrite-header.ts';

/** A run of two segments, the first taken over, the second let go or left as it is. */
let path: string;
let whole: string;

beforeEach(async () => {
  path = folder();
  const backend = await opened(path);
  const first = await created(backend);
  await backend.append('r1', commit(first, 1));
  const second = await held(backend, 'r1', taking('second', 1));
  await backend.append('r1', commit(second, 2, { handled: ['m'] }));
  await backend.append('r1', commit(second, 3));
  await backend.close();
  whole = JSON.stringify(await events(await opened(path)));
});

const run = (name: string): string => join(path, 'runs/r1', name);

async function expectWhole(): Promise<void> {
  const backend = await opened(path);
  expect(JSON.stringify(await events(backend))).toBe(whole);
  expect((await backend.list({})).runs).toMatchObject([{ version: 4, status: 'running' }]);
}

// Every byte, length and record of journals, summaries and messages: test/hard/damage*.test.ts of the repository.

describe('what the command line does not reach', () => {
  test('an epoch of a removed run: refused', async () => {
    const backend = await opened(path);
    await backend.delete('r1', await held(backend, 'r1', taking('third', 2)));
    const file = join(path, 'runs/.epochs/r1');
    const bytes = readFileSync(file);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      for (const text of [changed, bytes.subarray(0, at)]) {
        writeFileSync(file, text);
        await expect(created(backend)).rejects.toMatchObject({ code: 'ORCH_JOURNAL_DAMAGED', file, offset: 0 });
      }
    }
  });

  test('an epoch of another removed run: refused', async () => {
    const backend = await opened(path);
    await created(backend, 'r2');
    for (const run of ['r1', 'r2'])
      await backend.delete(run, await held(backend, run, taking('third', run === 'r1' ? 2 : 1)));
    cpSync(join(path, 'runs/.epochs/r2'), join(path, 'runs/.epochs/r1'));
    await expect(created(backend)).rejects.toThrow(/is not what the removal of run r1 left/);
    expect((await created(backend, 'r2')).epoch).toBe(4);
  });
});

describe('a reader is shown what stands before the damage, then refused', () => {
  const change = (name: string, from: string, to: string): void =>
    writeFileSync(run(name), readFileSync(run(name), 'latin1').replace(from, to), 'latin1');
  const damagedCode = 'ORCH_JOURNAL_DAMAGED';

  test.each<[string, readonly number[], string, () => void]>([
    ['in the first segment', [1], damagedCode, () => change('journal-1', 'event 2', 'event 7')],
    ['in its first commit', [], damagedCode, () => change('journal-1', 'event 1', 'event 7')],
    ['in the newest segment', [1, 2, 3], damagedCode, () => change('journal-2', 'event 4', 'event 7')],
    ['in the first record of the newest', [1, 2], damagedCode, () => change('journal-2', '1o', '1x')],
    ['the end lost', [1, 2], 'ORCH_JOURNAL_TRUNCATED', () => ['', ''].forEach(() => cutLast('journal-2'))],
    ['the end of the first segment lost', [1], 'ORCH_JOURNAL_TRUNCATED', () => cutLast('journal-1')],
    ['the first segment lost', [], 'ORCH_JOURNAL_TRUNCATED', () => rmSync(run('journal-1'))],
  ])('%s', async (_name, versions, code, damage) => {
    damage();
    const backend = await opened(path);
    expect(await shownBeforeDamage(backend)).toEqual({ versions, code });
    const later = versions.filter((version) => version > 1);
    expect(await shownBeforeDamage(backend, 'r1', 1)).toEqual({ versions: later, code });
  });

  test('but not what an older holder wrote behind its end', async () => {
    const zombie = readFileSync(run('journal-1'));
    const place = walk({ file: '', from: chainStart('r1', 1), bytes: zombie }, () => undefined);
    const late = commitPayload(commit({ epoch: 1, token: 'first' }, 2), summary('r1', 1));
    writeFileSync(run('journal-1'), Buffer.concat([zombie, encodeRecord('c', late, place).bytes]));
    change('journal-2', 'event 3', 'event 7');
    expect((await shownBeforeDamage(await opened(path))).versions).toEqual([1, 2]);
  });

  test('but nothing of a segment that a seal or run.json contradicts', async () => {
    const other = folder();
    const backend = await opened(other);
    await backend.append('r1', commit(await created(backend), 1, { events: [event(2, 'event B')] }));
    cpSync(join(other, 'runs/r1/journal-1'), run('journal-1'));
    expect(await shownBeforeDamage(await opened(path))).toEqual({ versions: [], code: damagedCode });
  });

  test('nor of one that fits together, but not with what run.json says of a place in it', async () => {
    const { flushed } = JSON.parse(readFileSync(run('run.json'), 'utf8')) as { flushed: { length: number } };
    let place = chainStart('r1', 2);
    const records: Buffer[] = [];
    walk({ file: '', from: place, bytes: readFileSync(run('journal-2')) }, (record) => {
      const line = record.payload().trimEnd().replace('event 3', 'event 7');
      const { bytes, crc } = encodeRecord(record.kind as Kind, line, place);
      place = { offset: place.offset + bytes.length, crc };
      records.push(bytes);
    });
    expect(place.offset).toBeGreaterThan(flushed.length);
    writeFileSync(run('journal-2'), Buffer.concat(records));
    const backend = await opened(path);
    await expect(events(backend)).rejects.toMatchObject({ code: damagedCode, offset: flushed.length });
    expect(await shownBeforeDamage(backend)).toEqual({ versions: [1, 2], code: damagedCode });
  });

  /** Cuts the last record off. */
  function cutLast(name: string): void {
    const bytes = readFileSync(run(name));
    writeFileSync(run(name), bytes.subarray(0, bytes.lastIndexOf('\n1c ', bytes.length - 2, 'latin1') + 1));
  }
});

describe('a taker', () => {
  test('refuses a message that is damaged before it writes anything', async () => {
    const backend = await opened(path);
    await backend.post('r1', { id: 'n', body: 'text' });
    const file = run(`inbox/${readdirSync(run('inbox'))[0]}`);
    writeFileSync(file, readFileSync(file, 'utf8').replace('text', 'test'));
    const names = readdirSync(run('')).toSorted();
    const taken = backend.acquire('r1', taking('third', 2));
    await expect(taken).rejects.toMatchObject({ code: 'ORCH_JOURNAL_DAMAGED', file, hint: /remove this file/ });
    expect(readdirSync(run('')).toSorted()).toEqual(names);
    rmSync(file);
    expect(await held(backend, 'r1', taking('third', 2))).toMatchObject({ epoch: 3 });
  });

  test('refuses a truncated journal, and changes nothing', async () => {
    const bytes = readFileSync(run('journal-2'));
    writeFileSync(run('journal-2'), bytes.subarray(0, 300));
    const backend = await opened(path);
    const taken = backend.acquire('r1', taking('third', 2));
    await expect(taken).rejects.toMatchObject({ code: 'ORCH_JOURNAL_TRUNCATED' });
    expect(readdirSync(run('')).toSorted()).toEqual(['inbox', 'journal-1', 'journal-2', 'run.json']);
  });
});

/** The records of a file, headers and all. */
function recordsOf(bytes: Buffer): readonly Buffer[] {
  const lines = bytes.toString('latin1').split('\n').slice(0, -1);
  return lines.map((line) => Buffer.from(`${line}\n`, 'latin1'));
}

describe('files moved about', () => {
  test('a segment or a folder of another run: refused', async () => {
    const backend = await opened(path);
    await created(backend, 'r2');
    cpSync(join(path, 'runs/r2/journal-1'), run('journal-1'));
    await expect(versions(backend)).rejects.toMatchObject({ code: expect.stringMatching(/DAMAGED|TRUNCATED/) });
    cpSync(join(path, 'runs/r2'), join(path, 'runs/r3'), { recursive: true });
    await expect(versions(backend, 'r3')).rejects.toThrow(/belongs to epoch 1 of run r2/);
  });
});

test('a later format is refused as such, and damage is not taken for one', async () => {
  rewriteHeader(run('journal-2'), '2');
  const backend = await opened(path);
  for (const call of [versions(backend), backend.acquire('r1', taking('third', 2))])
    await expect(call).rejects.toMatchObject({ code: 'ORCH_JOURNAL_NEWER' });
});

test('what follows a seal never counted, whatever it is', async () => {
  const bytes = readFileSync(run('journal-1'));
  writeFileSync(
    run('journal-1'),
    Buffer.concat([bytes, Buffer.from('late'), recordsOf(bytes).at(-1) ?? Buffer.alloc(0)]),
  );
  await expectWhole();
});

test('a tail that is cut off is left alone, and the next taker goes on before it', async () => {
  const bytes = readFileSync(run('journal-2'));
  const record = recordsOf(bytes).at(-1) ?? Buffer.alloc(0);
  writeFileSync(run('journal-2'), Buffer.concat([bytes, record.subarray(0, 40)]));
  await expectWhole();
  const backend = await opened(path);
  const third = await held(backend, 'r1', taking('third', 2));
  expect(await backend.append('r1', commit(third, 4))).toEqual({ status: 'ok' });
  expect(await versions(backend)).toEqual([1, 2, 3, 4, 5]);
  expect(readFileSync(run('journal-2')).length).toBe(bytes.length + 40);
});

test('a taking that a crash cut off shows what was acknowledged, and is taken over', async () => {
  const bytes = readFileSync(run('journal-2'));
  const [first] = recordsOf(bytes);
  const backend = await opened(path);
  const third = await held(backend, 'r1', taking('third', 2));
  expect(third.epoch).toBe(3);
  await backend.close();
  const owner = recordsOf(readFileSync(run('journal-3')))[0] ?? Buffer.alloc(0);
  expect(first?.length).toBeGreaterThan(30);
  writeFileSync(run('journal-3'), owner);
  const again = await opened(path);
  const { flushed } = JSON.parse(readFileSync(run('run.json'), 'utf8')) as { flushed: { version: number } };
  expect(await versions(again)).toEqual([1, 2, 3, 4].slice(0, flushed.version));
  expect(await again.holder('r1')).toMatchObject({ epoch: 3 });
  // Nothing tells then what was acknowledged, but for what the run was made with.
  rmSync(run('run.json'));
  const blind = await opened(path);
  expect(await versions(blind)).toEqual([1]);
  expect((await blind.list({})).runs).toMatchObject([{ runId: 'r1', version: 1, status: 'running' }]);
  expect((await held(again, 'r1', taking('third'))).epoch).toBe(4);
  expect(await versions(again)).toEqual([1, 2, 3, 4]);
});
