import { jsonBackend } from '@orch/backend-json';
import type { Backend } from '@orch/core/author';
import type { BackendPlace } from './backend-place.ts';

/** The backend at a place, not opened yet. What only some runs need is loaded for those. */
export async function makeBackend({ kind, address }: BackendPlace, warn: (text: string) => void): Promise<Backend> {
  switch (kind) {
    case 'json':
      return jsonBackend(address);
    case 'sqlite':
      return (await import('@orch/backend-sqlite')).sqliteBackend(address);
    case 'redis':
      return (await import('@orch/backend-redis')).redisBackend(address, { warn });
  }
}
