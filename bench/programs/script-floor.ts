// The floor of a durable chain in Redis: one EVALSHA that appends 200 bytes to a list, at the server's appendfsync.
import type { RedisServer } from '../../packages/backend-redis/test/redis-server.ts';
import type { Floor } from './chain-place.ts';

const line = 'a'.repeat(200);
const script = "return redis.call('RPUSH', KEYS[1], ARGV[1])";

export class ScriptFloor implements Floor {
  readonly ms: number[] = [];
  readonly poolMs: readonly number[] = [];
  readonly #append: () => Promise<unknown>;

  constructor(append: () => Promise<unknown>) {
    this.#append = append;
  }

  static async at(server: RedisServer): Promise<ScriptFloor> {
    const client = server.client();
    const digest = String(await client.script('LOAD', script));
    return new ScriptFloor(() => client.evalsha(digest, 1, 'floor', line));
  }

  async measure(times: number): Promise<void> {
    for (let index = 0; index < times; index++) {
      const startedAt = performance.now();
      await this.#append();
      this.ms.push(performance.now() - startedAt);
    }
  }
}
