import { once } from 'node:events';
import { Orchestrator, workflow } from '@orch/core';
import { isOrchError } from '@orch/core/author';
import type { Backend, Fence } from '@orch/core/author';
import type { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { available } from '../../../test/hard/need.ts';
import { commit, created, held, taking, versions } from '../../backend-json/test/stage.ts';
import { redisBackend } from '../src/index.ts';
import { Keys } from '../src/keys.ts';
import { opened, ownServer } from './stage.ts';

const keys = new Keys('orch');

/** All that is stored of `r1`, as it is now. */
async function backup(client: Redis): Promise<ReadonlyMap<string, Buffer>> {
  const names = [keys.head('r1'), keys.journal('r1')];
  return new Map(await Promise.all(names.map(async (name) => [name, (await client.dumpBuffer(name))!] as const)));
}

async function restore(client: Redis, saved: ReadonlyMap<string, Buffer>): Promise<void> {
  for (const [name, bytes] of saved) await client.restore(name, 0, bytes, 'REPLACE');
}

function regressed(message: RegExp): object {
  return expect.objectContaining({ code: 'ORCH_JOURNAL_REGRESSED', message: expect.stringMatching(message) });
}

interface Stage {
  readonly backend: Backend;
  readonly client: Redis;
  readonly fence: Fence;
}

async function atVersionThree(): Promise<Stage & { readonly old: ReadonlyMap<string, Buffer> }> {
  const server = await ownServer();
  const backend = await opened(server.url);
  const client = server.client();
  const fence = await created(backend);
  await backend.append('r1', commit(fence, 1));
  const old = await backup(client);
  await backend.append('r1', commit(fence, 2));
  return { backend, client, fence, old };
}

/** What a holder calls. */
const calls: Record<string, (stage: Stage) => Promise<unknown>> = {
  'the next commit': ({ backend, fence }) => backend.append('r1', commit(fence, 3)),
  'a renewal': ({ backend, fence }) => backend.renew('r1', fence, 1_000),
  'a removal': ({ backend, fence }) => backend.delete('r1', fence),
};

describe.skipIf(!available('redis'))('a server that has forgotten commits', () => {
  describe.each(Object.entries(calls))('refuses %s', (_name, call) => {
    test('where the run is gone', async () => {
      const stage = await atVersionThree();
      await stage.client.flushall();
      await expect(call(stage)).rejects.toEqual(
        regressed(/^Run r1 was acknowledged up to version 3, but Redis 7\S+ at \S+ does not know that run any more\./),
      );
      expect(await stage.client.dbsize()).toBe(0);
    });

    test('where the run is older', async () => {
      const stage = await atVersionThree();
      await restore(stage.client, stage.old);
      await expect(call(stage)).rejects.toEqual(regressed(/up to version 3, but .* has it at version 2\./));
      expect(await versions(stage.backend)).toEqual([1, 2]);
    });

    test('where the run is older than the taking', async () => {
      const stage = await atVersionThree();
      const fence = await held(stage.backend, 'r1', taking('second', 1));
      await restore(stage.client, stage.old);
      await expect(call({ ...stage, fence })).rejects.toEqual(regressed(/up to version 3/));
    });
  });

  test('refuses a commit that was acknowledged, and is sent again', async () => {
    const { backend, client, fence, old } = await atVersionThree();
    await restore(client, old);
    await expect(backend.append('r1', commit(fence, 2))).rejects.toEqual(regressed(/up to version 3/));
  });

  test('refuses the next commit after an old one was sent again', async () => {
    const { backend, client, fence, old } = await atVersionThree();
    expect(await backend.append('r1', commit(fence, 1))).toEqual({ status: 'ok' });
    await restore(client, old);
    await expect(backend.append('r1', commit(fence, 2))).rejects.toEqual(regressed(/up to version 3/));
  });

  test('refuses the inbox of a run that it has forgotten', async () => {
    const { backend, client } = await atVersionThree();
    await client.flushall();
    await expect(backend.messages('r1')).rejects.toEqual(regressed(/does not know that run/));
    await expect(versions(backend)).rejects.toEqual(regressed(/does not know that run/));
  });

  test('is not what a run looks like that the next owner has deleted, and made again', async () => {
    const { backend, client, fence } = await atVersionThree();
    const other = await opened(`redis://127.0.0.1:${client.options.port}`);
    const second = await held(other, 'r1', taking('second', 1));
    await other.delete('r1', second);
    await expect(backend.append('r1', commit(fence, 3))).rejects.toMatchObject({ code: 'ORCH_RUN_UNKNOWN' });
    await created(other);
    await expect(backend.append('r1', commit(fence, 3))).rejects.toMatchObject({ code: 'ORCH_BACKEND_FENCE' });
    expect(await backend.renew('r1', fence, 1_000)).toBe(false);
  });

  test.each(['flushed', 'restarted without persistence'])('%s under a live run, stops it', async (how) => {
    const server = await ownServer(how === 'flushed' ? undefined : []);
    const ran: string[] = [];
    const chain = workflow('chain')
      .phase('a', { run: () => void ran.push('a') })
      .phase('b', {
        dependsOn: ['a'],
        async run() {
          ran.push('b');
          if (how === 'flushed') return void (await server.client().flushall());
          await server.kill();
          await server.restart();
        },
      })
      .phase('c', { dependsOn: ['b'], run: () => void ran.push('c') });
    const orch = new Orchestrator({ backend: redisBackend(server.url, { warn: () => undefined }) });
    onTestFinished(() => orch.close());
    const outputs = orch.execute(chain, { runId: 'r1' }).outputs();
    await expect(outputs).rejects.toSatisfy((error) => isOrchError(error, 'ORCH_JOURNAL_REGRESSED'));
    expect(ran).toEqual(['a', 'b']);
    const client = server.client();
    if (client.status !== 'ready') await once(client, 'ready');
    expect(await client.dbsize()).toBe(0);
  });
});
