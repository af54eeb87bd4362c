// Where the journals of trials are kept. All trials call their run the same, so each has a place that no other one has.
import { join } from 'node:path';
import { jsonBackend } from '@orch/backend-json';
import { redisBackend } from '@orch/backend-redis';
import { sqliteBackend } from '@orch/backend-sqlite';
import type { Backend } from '@orch/core/author';
import { durable, startRedis } from '../../packages/backend-redis/test/redis-server.ts';
import type { BackendKind } from './backend-kind.ts';

/** Trials are told by their folders. */
export interface TrialBackend {
  readonly kind: BackendKind;
  /** What `orch execute` is told. All other commands find the run by the folder, as they do for people. */
  executeOptions(folder: string): readonly string[];
  /** For a look at the journal without orch. Not opened yet. */
  backendOf(folder: string): Backend;
}

/** As orch keeps them when nothing else is said. */
export const jsonFiles: TrialBackend = {
  kind: 'json',
  executeOptions: () => [],
  backendOf: (folder) => jsonBackend(join(folder, '.orch')),
};

const sqliteFiles: TrialBackend = {
  kind: 'sqlite',
  executeOptions: (folder) => ['--backend', `sqlite:${sqliteFile(folder)}`],
  backendOf: (folder) => sqliteBackend(sqliteFile(folder)),
};

/** One file for all trials, which are told by the ids of their runs. */
export function oneSqliteFile(file: string): TrialBackend {
  return {
    kind: 'sqlite',
    executeOptions: () => ['--backend', `sqlite:${file}`],
    backendOf: () => sqliteBackend(file),
  };
}

/** One server for all trials. `direct`: another way to it, for looks. */
export function oneRedis(url: string, direct: string = url): TrialBackend {
  return {
    kind: 'redis',
    executeOptions: () => ['--backend', url],
    backendOf: () => redisBackend(direct, { warn: () => undefined }),
  };
}

/** Starts what the backend needs; dispose of it when the last trial is over. */
export async function startBackend(kind: BackendKind): Promise<TrialBackend & AsyncDisposable> {
  switch (kind) {
    case 'json':
      return { ...jsonFiles, [Symbol.asyncDispose]: nothing };
    case 'sqlite':
      return { ...sqliteFiles, [Symbol.asyncDispose]: nothing };
    case 'redis':
      return await startOwnRedis();
    default:
      return kind satisfies never;
  }
}

const mostTrials = 10_000;

/** A server that flushes each write, with a database for each trial. */
async function startOwnRedis(): Promise<TrialBackend & AsyncDisposable> {
  const server = await startRedis([...durable, '--databases', String(mostTrials)]);
  const databases = new Map<string, number>();
  const urlOf = (folder: string): string => {
    const database = databases.get(folder) ?? databases.size;
    databases.set(folder, database);
    return `${server.url}/${database}`;
  };
  return {
    kind: 'redis',
    executeOptions: (folder) => ['--backend', urlOf(folder)],
    backendOf: (folder) => redisBackend(urlOf(folder), { warn: refuse }),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

function sqliteFile(folder: string): string {
  return join(folder, '.orch', 'orch.db');
}

/** The server flushes each write: there is nothing to warn of. */
function refuse(message: string): never {
  throw new Error(message);
}

function nothing(): Promise<void> {
  return Promise.resolve();
}
