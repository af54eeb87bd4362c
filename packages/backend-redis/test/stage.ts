import type { Backend } from '@orch/core/author';
import { onTestFinished } from 'vitest';
import { redisBackend } from '../src/index.ts';
import type { RedisBackendOptions } from '../src/index.ts';
import { startProxy } from './proxy.ts';
import type { Proxy } from './proxy.ts';
import { startRedis } from './redis-server.ts';
import type { RedisServer } from './redis-server.ts';

/** A server for this test alone. */
export async function ownServer(settings?: readonly string[]): Promise<RedisServer> {
  const server = await startRedis(settings);
  onTestFinished(() => server.stop());
  return server;
}

export async function ownProxy(server: RedisServer): Promise<Proxy> {
  const proxy = await startProxy(server.port);
  onTestFinished(() => proxy.stop());
  return proxy;
}

/** Fails on a warning that the test does not expect. */
export async function opened(url: string, options: RedisBackendOptions = {}): Promise<Backend> {
  const backend = redisBackend(url, { warn: refuseWarning, ...options });
  await backend.open();
  onTestFinished(() => backend.close());
  return backend;
}

export function refuseWarning(message: string): never {
  throw new Error(`not expected: ${message}`);
}
