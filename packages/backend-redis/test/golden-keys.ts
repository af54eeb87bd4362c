import type { Redis } from 'ioredis';

/** A key as a client shows it: a list, a sorted set with its scores, or a hash. */
type GoldenKey = string[] | { readonly zset: string[] } | { readonly hash: Record<string, string> };

/** All of a database, as text that can be kept. */
export type GoldenKeys = Readonly<Record<string, GoldenKey>>;

export async function dumpKeys(client: Redis): Promise<GoldenKeys> {
  const names = (await client.keys('*')).toSorted();
  return Object.fromEntries(
    await Promise.all(names.map(async (name): Promise<[string, GoldenKey]> => [name, await dumpKey(client, name)])),
  );
}

async function dumpKey(client: Redis, name: string): Promise<GoldenKey> {
  const type = await client.type(name);
  switch (type) {
    case 'list':
      return await client.lrange(name, 0, -1);
    case 'zset':
      return { zset: await zsetOf(client, name) };
    case 'hash':
      return { hash: await client.hgetall(name) };
    default:
      throw new Error(`${name} is a ${type}`);
  }
}

/** Members and scores in turn, whether the protocol pairs them or not. */
async function zsetOf(client: Redis, name: string): Promise<string[]> {
  const found = (await client.call('ZRANGE', name, '0', '-1', 'WITHSCORES')) as readonly unknown[];
  return found.flat().map(String);
}

export async function loadKeys(client: Redis, keys: GoldenKeys): Promise<void> {
  for (const [name, value] of Object.entries(keys)) {
    if ('hash' in value) await client.hset(name, value.hash);
    else if ('zset' in value) await client.zadd(name, ...pairs(value.zset));
    else await client.rpush(name, ...value);
  }
}

/** `ZRANGE` names members first, `ZADD` scores. */
function pairs(zset: readonly string[]): string[] {
  return zset.flatMap((one, index) => (index % 2 === 0 ? [zset[index + 1] ?? '', one] : []));
}
