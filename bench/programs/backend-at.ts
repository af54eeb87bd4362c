import { join } from 'node:path';
import type { Backend } from '@orch/core/author';
import type { BackendKind } from '../../scripts/trial/backend-kind.ts';

/** Loads that one alone: what is not used must not be measured. @param address a folder; or the URL of a Redis server */
export async function backendAt(kind: BackendKind, address: string): Promise<Backend> {
  switch (kind) {
    case 'json':
      return (await import('@orch/backend-json')).jsonBackend(address);
    case 'sqlite':
      return (await import('@orch/backend-sqlite')).sqliteBackend(join(address, 'orch.db'));
    case 'redis':
      return (await import('@orch/backend-redis')).redisBackend(address);
    default:
      return kind satisfies never;
  }
}
