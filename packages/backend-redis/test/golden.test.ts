import { readFileSync } from 'node:fs';
import { Orchestrator } from '@orch/core';
import type { RunEvent } from '@orch/core/author';
import type { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { available } from '../../../test/hard/need.ts';
import { commit, created, event, events, held, summary, taking } from '../../backend-json/test/stage.ts';
import { redisBackend } from '../src/index.ts';
import { opened, ownServer } from './stage.ts';

/** Keys as a client shows them: a hash, a list, or a sorted set with its scores. */
type GoldenKey = string[] | { readonly zset: string[] } | { readonly hash: Record<string, string> };

const golden = JSON.parse(readFileSync(new URL('golden/format-1.json', import.meta.url), 'utf8')) as Record<
  string,
  GoldenKey
>;

async function load(client: Redis): Promise<void> {
  for (const [key, value] of Object.entries(golden)) {
    if ('hash' in value) await client.hset(key, value.hash);
    else if ('zset' in value) await client.zadd(key, ...pairs(value.zset));
    else await client.rpush(key, ...value);
  }
}

/** `ZRANGE` names members first, `ZADD` scores. */
function pairs(zset: readonly string[]): string[] {
  return zset.flatMap((one, index) => (index % 2 === 0 ? [zset[index + 1] ?? '', one] : []));
}

describe.skipIf(!available('redis'))('runs of format 1, written by the first release', () => {
  test('are read, checked, taken and written on', async () => {
    const server = await ownServer();
    await load(server.client());
    const backend = await opened(server.url);
    expect(await backend.check?.()).toEqual([]);
    const { runs } = await backend.list({});
    expect(runs.map(({ runId, status, version }) => [runId, status, version])).toEqual([
      ['failed-1', 'failed', 10],
      ['held', 'running', 4],
    ]);
    expect(await events(backend, 'held')).toEqual([event(1), event(2), event(3), event(4, undefined, 2)]);
    expect(await backend.messages('held')).toEqual([{ id: 'b', body: 'ä' }]);
    expect(await backend.holder('held')).toMatchObject({ epoch: 2, by: { pid: 8 }, expired: true });
    const fence = await held(backend, 'held', { ...taking('third', 2), ifExpired: true });
    const next = commit(fence, 4, { events: [event(5, undefined, 3)], summary: summary('held', 5), handled: ['b'] });
    expect(await backend.append('held', next)).toEqual({ status: 'ok' });
    expect((await events(backend, 'held')).length).toBe(5);
    expect(await backend.messages('held')).toEqual([]);
    expect((await created(backend, 'gone')).epoch).toBe(2);
    expect(await events(backend, 'gone')).toEqual([event(1)]);
    expect(await backend.check?.()).toEqual([]);
  });

  test('are replayed', async () => {
    const server = await ownServer();
    await load(server.client());
    const orch = new Orchestrator({ backend: redisBackend(server.url) });
    onTestFinished(() => orch.close());
    const all: RunEvent[] = [];
    for await (const one of orch.events('failed-1')) all.push(one);
    expect(all.map(({ type }) => type)).toEqual([
      'run.created',
      'run.started',
      'checkpoint.created',
      'phase.started',
      'phase.completed',
      'checkpoint.created',
      'phase.started',
      'phase.failed',
      'phase.skipped',
      'run.failed',
    ]);
    expect(all[4]).toMatchObject({ version: 5, epoch: 1, output: { version: '1.2.0', notes: 'ä \u2028 🦀' } });
    // The journal of `held` was never that of a workflow.
    expect((await orch.check()).map(({ run }) => run)).toEqual(['held']);
  });
});
