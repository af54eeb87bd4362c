// A backend for a chain, and the floor beside it: as safe, by the fewest calls.
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Backend } from '@orch/core/author';
import { startRedis } from '../../packages/backend-redis/test/redis-server.ts';
import type { RedisServer } from '../../packages/backend-redis/test/redis-server.ts';
import type { BackendKind } from '../../scripts/trial/backend-kind.ts';
import { AppendFloor } from './append-floor.ts';
import { backendAt } from './backend-at.ts';
import { InsertFloor } from './insert-floor.ts';
import { ScriptFloor } from './script-floor.ts';

export interface Floor {
  /** How long each write took, made as the backend makes it. */
  readonly ms: readonly number[];
  /** The same where the thread pool flushes; of files only. */
  readonly poolMs: readonly number[];
  measure(times: number): Promise<void>;
}

export interface StoredBytes {
  /** Of all files: of the state folder, or of the server's append-only log. */
  readonly disk: number;
  /** What the server's memory grew by since it was started; Redis only. */
  readonly serverMemory?: number;
}

export interface ChainPlace extends AsyncDisposable {
  readonly backend: Backend;
  /** To be asked once the backend is closed. */
  stored(): Promise<StoredBytes>;
  makeFloor(): Promise<Floor>;
}

/** Redis is a server of the chain's own, which flushes each write, with its data among the temporary files. */
export async function openPlace(kind: BackendKind, folder: string): Promise<ChainPlace> {
  mkdirSync(folder, { recursive: true });
  if (kind !== 'redis')
    return {
      backend: await backendAt(kind, folder),
      stored: () => Promise.resolve({ disk: bytesIn(folder) }),
      makeFloor: async () => (kind === 'json' ? new AppendFloor(folder) : await InsertFloor.in(folder)),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  const server = await startRedis();
  const memoryBefore = await usedMemory(server);
  return {
    backend: await backendAt(kind, server.url),
    stored: async () => ({
      disk: bytesIn(join(server.folder, 'appendonlydir')),
      serverMemory: (await usedMemory(server)) - memoryBefore,
    }),
    makeFloor: () => ScriptFloor.at(server),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

async function usedMemory(server: RedisServer): Promise<number> {
  const client = server.client();
  const [, bytes] = /^used_memory:(\d+)/m.exec(await client.info('memory')) ?? [];
  // Its buffers are in the memory of the server.
  client.disconnect();
  return Number(bytes);
}
