import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonBackend } from '@orch/backend-json';
import { redisBackend } from '@orch/backend-redis';
import { sqliteBackend } from '@orch/backend-sqlite';
import { memoryBackend, Orchestrator, workflow } from '@orch/core';
import type { Backend } from '@orch/core/author';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRedis } from '../packages/backend-redis/test/redis-server.ts';
import type { RedisServer } from '../packages/backend-redis/test/redis-server.ts';
import { available } from './hard/need.ts';

const folder = mkdtempSync(join(tmpdir(), 'orch-delete-'));
afterAll(() => rmSync(folder, { recursive: true }));
let server: RedisServer | undefined;
const withRedis = available('redis');
beforeAll(async () => {
  if (withRedis) server = await startRedis();
});
afterAll(() => server?.stop());

const one = workflow('one').phase('a', { run: () => 1 });
const memory = memoryBackend();

/** Each call is another process's view of the same place. */
const places: readonly (readonly [name: string, open: () => Backend])[] = [
  // Its runs live as long as it does.
  ['memory', () => ({ ...memory, open: async () => {}, close: async () => {} })],
  ['json', () => jsonBackend(join(folder, 'json'))],
  ['sqlite', () => sqliteBackend(join(folder, 'runs.db'))],
  ...(withRedis ? [['redis', () => redisBackend(server?.url ?? '')] as const] : []),
];

async function idsIn(orchestrator: Orchestrator): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { runId } of orchestrator.list()) found.push(runId);
  return found.toSorted();
}

describe.each(places)('a run in %s', (_name, open) => {
  test('is deleted by another process, is unknown then, and may be made again', async () => {
    const makers = new Orchestrator({ backend: open() });
    for (const runId of ['kept', 'r']) await makers.execute(one, { runId }).outputs();
    await makers.close();
    await using orchestrator = new Orchestrator({ backend: open() });
    await orchestrator.delete('r');
    expect(await idsIn(orchestrator)).toEqual(['kept']);
    await expect(orchestrator.delete('r')).rejects.toMatchObject({ code: 'ORCH_RUN_UNKNOWN' });
    await expect(orchestrator.show('r')).rejects.toMatchObject({ code: 'ORCH_RUN_UNKNOWN' });
    expect(await orchestrator.check()).toEqual([]);
    expect(await orchestrator.execute(one, { runId: 'r' }).outputs()).toEqual({ a: 1 });
    expect(await idsIn(orchestrator)).toEqual(['kept', 'r']);
  });

  test('that is stopped is kept, and goes on request', async () => {
    const stopped = new Orchestrator({ backend: open() });
    const { promise: started, resolve: start } = Promise.withResolvers<void>();
    const waits = workflow('waits').phase('a', {
      run: ({ signal }) => {
        start();
        return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      },
    });
    const handle = stopped.execute(waits, { runId: 'stopped' });
    await started;
    const refusal = stopped.delete('stopped', { unfinished: true });
    await expect(refusal).rejects.toMatchObject({ code: 'ORCH_RUN_OWNED' });
    await handle.stop();
    await stopped.close();
    await using orchestrator = new Orchestrator({ backend: open() });
    await expect(orchestrator.delete('stopped')).rejects.toMatchObject({ code: 'ORCH_RUN_UNFINISHED' });
    await orchestrator.delete('stopped', { unfinished: true });
    expect(await idsIn(orchestrator)).not.toContain('stopped');
  });
});
