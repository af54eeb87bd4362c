// A backend for a chain, and the floor beside it: as safe, by the fewest calls.
import { mkdirSync } from 'node:fs';
import type { Backend } from '@orch/core/author';
import { startRedis } from '../../packages/backend-redis/test/redis-server.ts';
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

export interface ChainPlace extends AsyncDisposable {
  readonly backend: Backend;
  makeFloor(): Promise<Floor>;
}

/** Redis is a server of the chain's own, which flushes each write, with its data among the temporary files. */
export async function openPlace(kind: BackendKind, folder: string): Promise<ChainPlace> {
  mkdirSync(folder, { recursive: true });
  if (kind !== 'redis')
    return {
      backend: await backendAt(kind, folder),
      makeFloor: async () => (kind === 'json' ? new AppendFloor(folder) : await InsertFloor.in(folder)),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  const server = await startRedis();
  return {
    backend: await backendAt(kind, server.url),
    makeFloor: () => ScriptFloor.at(server),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
