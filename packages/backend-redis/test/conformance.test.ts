import { backendConformance } from '@orch/testkit';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { available } from '../../../test/hard/need.ts';
import { redisBackend } from '../src/index.ts';
import { Keys } from '../src/keys.ts';
import { durable, startRedis } from './redis-server.ts';
import type { RedisServer } from './redis-server.ts';

const kinds = {
  'a server': durable,
  // Alone it has all slots, and still refuses a script that touches keys of two.
  'a node of Redis Cluster': [...durable, '--cluster-enabled', 'yes'],
};

describe.skipIf(!available('redis')).each(Object.entries(kinds))('%s', (kind, settings) => {
  let server: RedisServer;
  let cases = 0;

  beforeAll(async () => {
    server = await startRedis(settings);
    if (kind === 'a server') return;
    const client = server.client();
    await client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    while (!(await client.cluster('INFO')).includes('cluster_state:ok')) await new Promise(setImmediate);
  });
  afterAll(() => server.stop());

  backendConformance({
    test,
    create() {
      const prefix = `case-${cases++}`;
      const keys = new Keys(prefix);
      const open = () => redisBackend(server.url, { prefix });
      const client = server.client();
      // The server's clock can't be moved. To leases it is the same if all that is stored of time moves the other way.
      const age = async (ms: number): Promise<void> => {
        for (const head of await client.keys(keys.anyHead)) await client.hincrby(head, 'touched', -ms);
      };
      return {
        backend: open(),
        reopen: async () => open(),
        advance: age,
        setBack: (ms) => age(-ms),
        async damage(run) {
          const record = (await client.lindex(keys.journal(run), 0)) ?? '';
          await client.lset(keys.journal(run), 0, record.replace('event', 'Event'));
        },
        makeNewer: async (run) => void (await client.hset(keys.head(run), 'format', 2)),
        outside: () => keysBeside(client, prefix),
        processes: {
          module: new URL('children/open.ts', import.meta.url),
          name: 'open',
          argument: { url: server.url, prefix },
        },
        cleanup: () => client.disconnect(),
      };
    },
  });
});

/** Every key that is not under a prefix, and what it holds. */
async function keysBeside(client: Redis, prefix: string): Promise<readonly (readonly [key: string, value: string])[]> {
  await client.setnx(`${prefix}2`, 'of a neighbour');
  const names = (await client.keys('*')).filter((name) => !name.startsWith(`${prefix}:`)).toSorted();
  return Promise.all(names.map(async (name) => [name, await digestOf(client, name)] as const));
}

/** The server's own checksum of what a key holds. */
async function digestOf(client: Redis, name: string): Promise<string> {
  const dump = await client.dumpBuffer(name);
  return dump?.subarray(-8).toString('hex') ?? '';
}
