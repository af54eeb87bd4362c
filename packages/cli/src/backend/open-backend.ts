import { jsonBackend } from '@orch/backend-json';
import { durationMs, orchError } from '@orch/core/author';
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
      return (await import('@orch/backend-redis')).redisBackend(address, { warn, ...reconnect() });
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

const reconnectVariable = 'ORCH_REDIS_RECONNECT';

/** How long a server that went away is waited for. Of the environment: the one who recovers a run may have more patience. */
function reconnect(): { readonly reconnectMs?: number } {
  const given = process.env[reconnectVariable] || undefined;
  if (given === undefined) return {};
  const reconnectMs = durationMs(given);
  if (reconnectMs !== undefined) return { reconnectMs };
  throw orchError({
    code: 'ORCH_BACKEND_SETTINGS',
    message: `${reconnectVariable} is ${JSON.stringify(given)}, which is no duration.`,
    hint: 'Write a number and its unit, as in 500ms, 5s, 10m or 1h.',
  });
}
