// Where the journals of trials are kept. All trials call their run the same, so each has a place that no other one has.
import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { jsonBackend } from '@orch/backend-json';
import { redisBackend } from '@orch/backend-redis';
import { sqliteBackend } from '@orch/backend-sqlite';
import type { Backend } from '@orch/core/author';
import { ageLease as ageRedisLease } from '../../packages/backend-redis/test/foreign-lease.ts';
import { durable, startRedis } from '../../packages/backend-redis/test/redis-server.ts';
import { ageLease as ageSqliteLease, isBeingWritten } from '../../packages/backend-sqlite/test/foreign-lease.ts';
import type { BackendKind } from './backend-kind.ts';

/** How long ago a lease was renewed that nobody holds by now. */
const agoMs = 31_000;

/** Trials are told by their folders. */
export interface TrialBackend {
  readonly kind: BackendKind;
  /** What `orch execute` is told. All other commands find the run by the folder, as they do for people. */
  executeOptions(folder: string): readonly string[];
  /** For a look at the journal without orch. Not opened yet. */
  backendOf(folder: string): Backend;
}

/** One whose leases can be looked after, though their owners are other processes. */
export interface LeasedBackend extends TrialBackend {
  /** As if the last renewal of a run's lease were longer ago than it lives. */
  expire(folder: string, run: string): Promise<void>;
  /** Whether a process that is stopped at this moment would keep all others from the journal. */
  isLocked(folder: string): boolean;
}

/** As orch keeps them when nothing else is said. */
export const jsonFiles: LeasedBackend = {
  kind: 'json',
  executeOptions: () => [],
  backendOf: (folder) => jsonBackend(join(folder, '.orch')),
  expire: async (folder, run) => {
    const place = join(folder, '.orch/runs', run);
    const then = (Date.now() - agoMs) / 1_000;
    for (const name of readdirSync(place)) if (name.startsWith('journal-')) utimesSync(join(place, name), then, then);
  },
  isLocked: () => false,
};

const sqliteFiles: LeasedBackend = {
  kind: 'sqlite',
  executeOptions: (folder) => ['--backend', `sqlite:${sqliteFile(folder)}`],
  backendOf: (folder) => sqliteBackend(sqliteFile(folder)),
  expire: async (folder, run) => ageSqliteLease(sqliteFile(folder), run, agoMs),
  isLocked: (folder) => isBeingWritten(sqliteFile(folder)),
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
export async function startBackend(kind: BackendKind): Promise<LeasedBackend & AsyncDisposable> {
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
async function startOwnRedis(): Promise<LeasedBackend & AsyncDisposable> {
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
    expire: (folder, run) => ageRedisLease(urlOf(folder), run, agoMs),
    isLocked: () => false,
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
