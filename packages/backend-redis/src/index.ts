import { systemClock } from '@orch/core/author';
import type { Backend } from '@orch/core/author';
import { makeRedisBackend } from './redis-backend.ts';
import { readSettings } from './settings.ts';
import type { RedisBackendOptions } from './settings.ts';

export type { RedisBackendOptions } from './settings.ts';

/**
 * Keeps runs on a Redis server, 7.0 or newer. Nothing is connected before `open`.
 *
 * Rejects with `ORCH_BACKEND_UNAVAILABLE` where the server can't be reached (calls under way wait `reconnectMs` for it
 * first) or refuses, with `ORCH_BACKEND_SETTINGS` where its settings can lose runs, with `ORCH_JOURNAL_REGRESSED` where it
 * has forgotten what it acknowledged, and with `ORCH_JOURNAL_DAMAGED` or `ORCH_JOURNAL_NEWER` where a journal is not what
 * was written; these name key and version. How much a crash of the server can cost is the server's own setting.
 *
 * @param url `redis://[[user]:password@]host[:port][/database][?prefix=NAME]`, or `rediss://` for TLS.
 * @throws `ORCH_BACKEND_SETTINGS` where the URL or an option is wrong.
 * @example
 * const orch = new Orchestrator({ backend: redisBackend('redis://127.0.0.1:6379') });
 */
export function redisBackend(url: string, options: RedisBackendOptions = {}): Backend {
  return makeRedisBackend(readSettings(url, options), systemClock);
}
