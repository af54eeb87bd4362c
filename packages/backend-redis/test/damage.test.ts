import type { Backend, Fence, StateFinding } from '@orch/core/author';
import type { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { available } from '../../../test/hard/need.ts';
import {
  commit,
  created,
  event,
  held,
  shownBeforeDamage,
  summary,
  taking,
  versions,
} from '../../backend-json/test/stage.ts';
import { Keys } from '../src/keys.ts';
import { opened, ownServer } from './stage.ts';

const keys = new Keys('orch');
const journal = keys.journal('r1');

interface Stage {
  readonly backend: Backend;
  readonly client: Redis;
  readonly fence: Fence;
}

/** Five commits of `r1`, and another run that nothing happens to. */
async function stage(): Promise<Stage> {
  const server = await ownServer();
  const backend = await opened(server.url);
  const fence = await created(backend);
  for (let version = 1; version < 5; version++) await backend.append('r1', commit(fence, version));
  await created(backend, 'r2');
  return { backend, client: server.client(), fence };
}

async function change(client: Redis, index: number, edit: (record: string) => string): Promise<void> {
  const record = (await client.lindex(journal, index)) ?? '';
  const edited = edit(record);
  expect(edited).not.toBe(record);
  await client.lset(journal, index, edited);
}

async function swap(client: Redis, one: number, other: number): Promise<void> {
  const records = await client.lrange(journal, 0, -1);
  await client.lset(journal, one, records[other]!);
  await client.lset(journal, other, records[one]!);
}

/** What is done to the stored run, and the newest version before it. */
const damages: Record<string, readonly [number, (client: Redis) => Promise<unknown>]> = {
  'a letter of an event changed': [2, (client) => change(client, 2, (text) => text.replace('event 3', 'event 4'))],
  'a letter of the first event changed': [
    0,
    (client) => change(client, 0, (text) => text.replace('event 1', 'event 2')),
  ],
  'a letter of the last event changed': [
    4,
    (client) => change(client, 4, (text) => text.replace('event 5', 'event 6')),
  ],
  'a checksum changed': [
    2,
    (client) => change(client, 2, (text) => (text.startsWith('0') ? '1' : '0') + text.slice(1)),
  ],
  'a version in a header changed': [2, (client) => change(client, 2, (text) => text.replace(' 2 3 1 ', ' 2 4 1 '))],
  'an epoch in a header changed': [2, (client) => change(client, 2, (text) => text.replace(' 2 3 1 ', ' 2 3 2 '))],
  'a header lost': [2, (client) => change(client, 2, (text) => text.slice(text.indexOf('{')))],
  'a record emptied': [2, (client) => client.lset(journal, 2, '')],
  'two records swapped': [1, (client) => swap(client, 1, 3)],
};

/** Those that a look at the length finds. */
const lengths: Record<string, readonly [number, (client: Redis) => Promise<unknown>]> = {
  'the last record lost': [4, (client) => client.rpop(journal)],
  'the first record lost': [0, (client) => client.lpop(journal)],
  'a record doubled': [5, async (client) => client.rpush(journal, (await client.lindex(journal, -1))!)],
  'all records lost': [0, (client) => client.del(journal)],
};

/** What stands before the damage is shown before a reader is refused. */
async function expectShown(backend: Backend, version: number): Promise<void> {
  const versions = Array.from({ length: version }, (_, index) => index + 1);
  expect(await shownBeforeDamage(backend)).toEqual({ versions, code: 'ORCH_JOURNAL_DAMAGED' });
}

async function expectDamage(backend: Backend, message: RegExp): Promise<void> {
  const damaged = { code: 'ORCH_JOURNAL_DAMAGED', message: expect.stringMatching(message) };
  await expect(versions(backend)).rejects.toMatchObject(damaged);
  const findings: readonly StateFinding[] = (await backend.check?.()) ?? [];
  expect(findings).toEqual([
    { ...damaged, severity: 'error', run: 'r1', hint: expect.stringContaining('Restore the server from a backup') },
  ]);
  expect(await versions(backend, 'r2')).toEqual([1]);
  expect((await backend.list({})).runs.map(({ runId }) => runId)).toEqual(['r1', 'r2']);
}

describe.skipIf(!available('redis'))('damage is found, with its key and version', () => {
  test.each(Object.entries(damages))('%s', async (_name, [version, damage]) => {
    const { backend, client } = await stage();
    await damage(client);
    await expectDamage(backend, new RegExp(`^orch:{r1}:journal is damaged after version ${version}: `));
    await expectShown(backend, version);
  });

  test.each(Object.entries(lengths))('%s', async (_name, [version, damage]) => {
    const { backend, client, fence } = await stage();
    await damage(client);
    await expectDamage(backend, /^orch:{r1}:journal is damaged after version \d: it holds \d commits of 5\./);
    await expectShown(backend, version);
    await expect(backend.append('r1', commit(fence, 5))).rejects.toMatchObject({ code: 'ORCH_JOURNAL_DAMAGED' });
  });

  test('a lost record in the middle, where another fills the place', async () => {
    const { backend, client } = await stage();
    const [, second] = await client.lrange(journal, 0, 1);
    await client.lrem(journal, 1, second!);
    await client.rpush(journal, second!);
    await expectDamage(backend, /after version 1: /);
  });

  test('the journal of another run', async () => {
    const { backend, client } = await stage();
    await client.copy(keys.journal('r2'), journal, 'REPLACE');
    await client.copy(keys.head('r2'), keys.head('r1'), 'REPLACE');
    await expect(versions(backend)).rejects.toMatchObject({ code: 'ORCH_JOURNAL_DAMAGED' });
    const found = await backend.list({});
    expect(found.runs.map(({ runId }) => runId)).toEqual(['r2']);
    expect(found.unreadable?.map(({ runId }) => runId)).toEqual(['r1']);
  });

  test('a head that names another end', async () => {
    const { backend, client } = await stage();
    await client.hset(keys.head('r1'), 'chain', '0123456789abcdef');
    await expectDamage(backend, /after version 5: its last commit is not the one that the head names/);
  });

  test('a key of another type', async () => {
    const { backend, client } = await stage();
    await client.set(journal, 'x');
    await expectDamage(backend, /not of the type that orch writes/);
  });

  test('a message that is none', async () => {
    const { backend, client } = await stage();
    await backend.post('r1', { id: 'm', body: 1 });
    await client.hset(keys.messages('r1'), '"m"', '{');
    await expect(backend.messages('r1')).rejects.toMatchObject({ code: 'ORCH_JOURNAL_DAMAGED' });
    expect(await backend.check?.()).toMatchObject([{ code: 'ORCH_JOURNAL_DAMAGED', run: 'r1' }]);
  });

  test('a journal without its head is not written over', async () => {
    const { backend, client } = await stage();
    await client.del(keys.head('r1'));
    const first = { ...taking('other'), events: [event(1)], summary: summary('r1', 1) };
    await expect(backend.create('r1', first)).rejects.toMatchObject({ code: 'ORCH_JOURNAL_DAMAGED' });
    expect(await client.llen(journal)).toBe(5);
  });

  test('a later format', async () => {
    const { backend, client } = await stage();
    await client.hset(keys.head('r1'), 'format', 2);
    await expect(versions(backend)).rejects.toMatchObject({ code: 'ORCH_JOURNAL_NEWER' });
    await expect(backend.acquire('r1', taking('second', 1))).rejects.toMatchObject({ code: 'ORCH_JOURNAL_NEWER' });
  });
});

describe.skipIf(!available('redis'))('the index of runs', () => {
  test('lost, is missed by check, and filled by who takes the runs', async () => {
    const { backend, client } = await stage();
    await client.del(keys.runs);
    expect(await backend.list({})).toEqual({ runs: [] });
    expect(await backend.check?.()).toMatchObject(
      ['r1', 'r2'].map((run) => ({ code: 'ORCH_STATE_SUMMARY', severity: 'warning', run })),
    );
    for (const run of ['r1', 'r2']) await held(backend, run, taking('second', 1));
    expect((await backend.list({})).runs.map(({ runId }) => runId)).toEqual(['r1', 'r2']);
    expect(await backend.check?.()).toEqual([]);
  });

  test('names what was never made, or is made again: neither is listed twice', async () => {
    const { backend, client } = await stage();
    await client.zadd(keys.runs, -1_000, 'r0 token', -1_000, 'r1 other', -9_000, 'r2 old');
    expect((await backend.list({})).runs.map(({ runId }) => runId)).toEqual(['r1', 'r2']);
    expect(await backend.check?.()).toEqual([]);
  });

  test('gets no second line by a create that is refused', async () => {
    const { backend, client } = await stage();
    const other = { ...taking('other'), events: [event(1)], summary: summary('r1', 1) };
    expect(await backend.create('r1', other)).toEqual({ status: 'exists' });
    expect(await client.zrange(keys.runs, '0', '-1')).toEqual(['r1 first', 'r2 first']);
  });

  test('leads through more runs of one time than it gives at once', async () => {
    const { backend } = await stage();
    const ids = Array.from({ length: 2_500 }, (_, index) => `s${String(index).padStart(4, '0')}`);
    await Promise.all(
      ids.map((run) => backend.create(run, { ...taking(run), events: [event(1)], summary: summary(run, 1) })),
    );
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await backend.list({}, cursor);
      seen.push(...page.runs.map(({ runId }) => runId));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(['r1', 'r2', ...ids]);
  });
});

test.skipIf(!available('redis'))('a plan of more than 16 MiB is refused before it is sent', async () => {
  const { backend, client } = await stage();
  const first = { ...taking('other'), summary: summary('r3', 1) };
  const large = backend.create('r3', { ...first, events: [event(1, 'x'.repeat(2 ** 24))] });
  await expect(large).rejects.toMatchObject({ code: 'ORCH_PLAN_LIMIT', message: expect.stringContaining('17 MiB') });
  expect(await client.exists(keys.head('r3'))).toBe(0);
  expect((await backend.create('r3', { ...first, events: [event(1, 'x'.repeat(2 ** 24 - 200))] })).status).toBe(
    'created',
  );
});

describe.skipIf(!available('redis'))('what else is on the server', () => {
  test('is not touched: all keys have the prefix, and a backend of another prefix sees none of them', async () => {
    const server = await ownServer();
    const client = server.client();
    await client.mset('orc', '1', 'orchestra:{r1}:head', '2', 'a:{r1}:head', '3');
    await client.hset('axb:{r9}:head', 'version', 1);
    const backend = await opened(server.url, { prefix: 'a*b' });
    const fence = await created(backend);
    await backend.post('r1', { id: 'm', body: 1 });
    await backend.append('r1', commit(fence, 1, { handled: ['m'] }));
    await backend.post('r1', { id: 'n', body: 1 });
    expect(await backend.check?.()).toEqual([]);
    const all = (await client.keys('*')).toSorted();
    const own = ['a*b:runs', ...['head', 'inbox', 'journal', 'messages'].map((name) => `a*b:{r1}:${name}`)];
    expect(all).toEqual([...own, 'axb:{r9}:head', 'orc', 'orchestra:{r1}:head', 'a:{r1}:head'].toSorted());
    expect(await client.mget('orc', 'orchestra:{r1}:head', 'a:{r1}:head')).toEqual(['1', '2', '3']);
    const other = await opened(server.url);
    expect(await other.list({})).toEqual({ runs: [] });
    expect(await other.check?.()).toEqual([]);
    expect(await other.post('r1', { id: 'o', body: 1 })).toBe('unknown-run');
    await backend.delete('r1', fence);
    expect((await client.keys('a[*]b*')).toSorted()).toEqual(['a*b:{r1}:head']);
  });
});
