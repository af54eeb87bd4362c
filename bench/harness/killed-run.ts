// A run that was killed, as often as it is asked for: each copy is recovered once.
import { closeSync, cpSync, fsyncSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { durable, startRedis } from '../../packages/backend-redis/test/redis-server.ts';
import type { BackendKind } from '../../scripts/trial/backend-kind.ts';
import { prepareKilledRun } from '../programs/prepare-killed-run.ts';
import type { BenchContext } from './benchmark.ts';

export interface KilledRun extends AsyncDisposable {
  /** A new place with a copy of the run; as `backendAt` has it. */
  copy(): Promise<string>;
  /** A new place without any. */
  empty(): string;
}

export interface KilledRunOptions {
  readonly kind: BackendKind;
  /** Phases that were completed. */
  readonly finished: number;
  readonly scratch: BenchContext['scratch'];
}

export async function makeKilledRun({ kind, finished, scratch }: KilledRunOptions): Promise<KilledRun> {
  if (kind === 'redis') return await inDatabases(finished);
  const empty = (): string => scratch('disk');
  const killed = empty();
  await prepareKilledRun(finished, kind, killed);
  return {
    empty,
    copy: () => {
      const state = empty();
      copyFlushed(killed, state);
      return Promise.resolve(state);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

const mostPlaces = 1_000;

async function inDatabases(finished: number): Promise<KilledRun> {
  const server = await startRedis([...durable, '--databases', String(mostPlaces)]);
  const client = server.client();
  let newest = 0;
  const empty = (): string => `${server.url}/${++newest}`;
  await prepareKilledRun(finished, 'redis', `${server.url}/0`);
  return {
    empty,
    copy: async () => {
      const url = empty();
      for (const key of await client.keys('*')) await client.copy(key, key, 'DB', newest);
      return url;
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

/** The run flushed its files when it wrote them; a copy that is still on its way to the disk would be flushed at our cost. */
function copyFlushed(from: string, to: string): void {
  cpSync(from, to, { recursive: true });
  for (const entry of readdirSync(to, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = openSync(join(entry.parentPath, entry.name), 'r');
    fsyncSync(file);
    closeSync(file);
  }
}
