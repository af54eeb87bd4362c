import { jsonBackend } from '@orch/backend-json';
import type { Backend } from '@orch/core/author';
import { say } from '../streams.ts';
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

/** Opens a backend beside that of a session, and closes it when `use` has ended. */
export async function useBackend<Result>(
  at: BackendPlace,
  use: (backend: Backend) => Promise<Result>,
): Promise<Result> {
  const backend = await makeBackend(at, (text) => say(`warning: ${text}`));
  try {
    await backend.open();
    return await use(backend);
  } finally {
    await backend.close();
  }
}
