import { join } from 'node:path';
import { jsonBackend } from '@orch/backend-json';
import { redisBackend } from '@orch/backend-redis';
import { sqliteBackend } from '@orch/backend-sqlite';
import type { Backend } from '@orch/core/author';
import type { BackendKind } from '../../scripts/trial/trial-backend.ts';

/** @param address a folder; or the URL of a Redis server */
export function backendAt(kind: BackendKind, address: string): Backend {
  switch (kind) {
    case 'json':
      return jsonBackend(address);
    case 'sqlite':
      return sqliteBackend(join(address, 'orch.db'));
    case 'redis':
      return redisBackend(address);
    default:
      return kind satisfies never;
  }
}
