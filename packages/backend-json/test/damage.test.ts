import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { isOrchError } from '@orch/core/author';
import { beforeEach, describe, expect, test } from 'vitest';
import { hex8 } from '../src/record.ts';
import { commit, created, events, folder, held, opened, taking, versions } from './stage.ts';

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

/** What a reader and a taker make of it: the whole journal, the start of it, or a refusal. */
async function verdict(): Promise<'whole' | 'shorter' | 'refused'> {
  const backend = await opened(path);
  try {
    const found = await events(backend);
    const listed = (await backend.list({})).runs[0];
    const text = JSON.stringify(found);
    if (text === whole) {
      expect(listed).toMatchObject({ version: 4, status: 'running' });
      return 'whole';
    }
    expect(whole.startsWith(text.slice(0, -1))).toBe(true);
    return 'shorter';
  } catch (error) {
    if (!isOrchError(error)) throw error;
    expect(error.code).toMatch(/^ORCH_JOURNAL_(DAMAGED|TRUNCATED|NEWER)$/);
    expect(error.message).toMatch(/(journal-\d|run\.json).* at byte \d+/);
    expect(error.hint).toBeDefined();
    return 'refused';
  } finally {
    await backend.close();
  }
}

describe('every byte flipped', () => {
  test.each(['journal-1', 'journal-2'])('%s: refused', async (name) => {
    const bytes = readFileSync(run(name));
    for (let at = 0; at < bytes.length; at++)
      for (const bit of [1, 32, 128]) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ bit;
        writeFileSync(run(name), changed);
        const found = await verdict();
        if (found !== 'refused') expect.fail(`byte ${at}, bit ${bit}: ${found}`);
      }
    expect(bytes.length).toBeGreaterThan(300);
  });

  test('run.json: harmless', async () => {
    const bytes = readFileSync(run('run.json'));
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      writeFileSync(run('run.json'), changed);
      expect(await verdict()).toBe('whole');
    }
  });

  test('an epoch of a removed run: refused', async () => {
    const backend = await opened(path);
    await backend.delete('r1', await held(backend, 'r1', taking('third', 2)));
    const file = join(path, 'runs/.epochs/r1');
    const bytes = readFileSync(file);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      writeFileSync(file, changed);
      await expect(created(backend)).rejects.toMatchObject({ code: 'ORCH_JOURNAL_DAMAGED' });
    }
  });

  test('a message: refused', async () => {
    const backend = await opened(path);
    await backend.post('r1', { id: 'n', body: 'text' });
    const file = run(`inbox/${readdirSync(run('inbox'))[0]}`);
    const bytes = readFileSync(file);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      writeFileSync(file, changed);
      await expect(backend.messages('r1')).rejects.toMatchObject({ code: 'ORCH_JOURNAL_DAMAGED' });
    }
  });
});

describe('every truncation', () => {
  test('of a sealed segment: refused', async () => {
    const bytes = readFileSync(run('journal-1'));
    for (let length = 0; length < bytes.length; length++) {
      writeFileSync(run('journal-1'), bytes.subarray(0, length));
      expect(await verdict()).toBe('refused');
    }
  });

  test('of the newest: refused up to what run.json names, a shorter tail beyond', async () => {
    const bytes = readFileSync(run('journal-2'));
    const { flushed } = JSON.parse(readFileSync(run('run.json'), 'utf8')) as {
      flushed: { epoch: number; length: number };
    };
    expect(flushed.epoch).toBe(2);
    const seen = new Set<string>();
    for (let length = 0; length < bytes.length; length++) {
      writeFileSync(run('journal-2'), bytes.subarray(0, length));
      const found = await verdict();
      expect(found).toBe(length < flushed.length ? 'refused' : 'shorter');
      seen.add(found);
    }
    expect(seen.size).toBe(2);
  });

  test('a taker refuses it too, and changes nothing', async () => {
    const bytes = readFileSync(run('journal-2'));
    writeFileSync(run('journal-2'), bytes.subarray(0, 300));
    const backend = await opened(path);
    const taken = backend.acquire('r1', taking('third', 2));
    await expect(taken).rejects.toMatchObject({ code: 'ORCH_JOURNAL_TRUNCATED' });
    expect(readdirSync(run('')).toSorted()).toEqual(['inbox', 'journal-1', 'journal-2', 'run.json']);
  });

  test('the newest segment removed: refused', async () => {
    rmSync(run('journal-2'));
    expect(await verdict()).toBe('refused');
  });
});

/** The records of a file, headers and all. */
function recordsOf(bytes: Buffer): readonly Buffer[] {
  const lines = bytes.toString('latin1').split('\n').slice(0, -1);
  return lines.map((line) => Buffer.from(`${line}\n`, 'latin1'));
}

describe('records moved about', () => {
  test.each(['journal-1', 'journal-2'])('%s: swapped, doubled, deleted', async (name) => {
    const records = recordsOf(readFileSync(run(name)));
    expect(records.length).toBeGreaterThan(3);
    for (const index of records.keys()) {
      const doubled = records.toSpliced(index, 0, records[index] ?? Buffer.alloc(0));
      const deleted = records.toSpliced(index, 1);
      const swapped = index === 0 ? deleted : deleted.toSpliced(index - 1, 0, records[index] ?? Buffer.alloc(0));
      for (const changed of [doubled, deleted, swapped]) {
        writeFileSync(run(name), Buffer.concat(changed));
        const atTheEnd = index === records.length - 1;
        // Beyond a seal nothing counts; the last record of the newest segment is beyond what run.json names.
        const harmless = name === 'journal-1' ? changed === doubled && 'whole' : changed === deleted && 'shorter';
        expect(await verdict()).toBe((atTheEnd && harmless) || 'refused');
      }
    }
  });

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
  const bytes = readFileSync(run('journal-2'));
  const header = Buffer.from(`2${bytes.toString('latin1', 1, 21)}`);
  writeFileSync(run('journal-2'), Buffer.concat([header, Buffer.from(hex8(crc32(header))), bytes.subarray(29)]));
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
  expect(await verdict()).toBe('whole');
});

test('a tail that is cut off is left alone, and the next taker goes on before it', async () => {
  const bytes = readFileSync(run('journal-2'));
  const record = recordsOf(bytes).at(-1) ?? Buffer.alloc(0);
  writeFileSync(run('journal-2'), Buffer.concat([bytes, record.subarray(0, 40)]));
  expect(await verdict()).toBe('whole');
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
  expect((await held(again, 'r1', taking('third'))).epoch).toBe(4);
  expect(await versions(again)).toEqual([1, 2, 3, 4]);
});
