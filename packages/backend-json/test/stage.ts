import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOrchError } from '@orch/core/author';
import type { Backend, Commit, Fence, RunEvent, RunSummary, StoredRunStatus, Taking } from '@orch/core/author';
import { onTestFinished } from 'vitest';
import { nodeFiles } from '../src/files.ts';
import type { Files } from '../src/files.ts';
import { makeJsonBackend } from '../src/json-backend.ts';

const owner = { host: 'h', machine: 'm', boot: 'b', namespace: 'n', pid: 7, startTime: '1' };

export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'orch-json-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return join(made, '.orch');
}

export async function opened(path: string, files: Files = nodeFiles): Promise<Backend> {
  const backend = makeJsonBackend(path, files);
  await backend.open();
  onTestFinished(() => backend.close());
  return backend;
}

export function taking(token: string, over?: number): Taking {
  return { owner, token, ttlMs: 30_000, ...(over === undefined ? {} : { overEpoch: over }) };
}

export function event(version: number, message = `event ${version}`, epoch = 1): RunEvent {
  return { type: 'warning', message, version, at: 1000 + version, epoch };
}

export function summary(runId: string, version: number, status: StoredRunStatus = 'running'): RunSummary {
  return {
    runId,
    workflow: 'w',
    status,
    createdAt: 1000,
    updatedAt: 1000 + version,
    version,
    phases: 3,
    completed: 0,
    failed: 0,
  };
}

/** A run with one event, held under `first`. */
export async function created(backend: Backend, run = 'r1'): Promise<Fence> {
  const made = await backend.create(run, { ...taking('first'), events: [event(1)], summary: summary(run, 1) });
  if (made.status !== 'created') throw new Error(made.status);
  return made.fence;
}

export function commit(fence: Fence, after: number, more: Partial<Commit> = {}): Commit {
  const events = more.events ?? [event(after + 1, undefined, fence.epoch)];
  return { expectedVersion: after, fence, events, summary: summary('r1', after + events.length), flush: true, ...more };
}

export async function held(backend: Backend, run: string, what: Taking): Promise<Fence> {
  const answer = await backend.acquire(run, what);
  if (answer.status !== 'held') throw new Error(`taken by ${answer.epoch}`);
  return answer.fence;
}

export async function events(backend: Backend, run = 'r1', after = 0): Promise<readonly RunEvent[]> {
  const found: RunEvent[] = [];
  for await (const some of backend.read(run, { after })) found.push(...some);
  return found;
}

export async function versions(backend: Backend, run = 'r1', after = 0): Promise<readonly number[]> {
  return (await events(backend, run, after)).map(({ version }) => version);
}

/** What a reader of a damaged run sees before it is refused. */
export async function shownBeforeDamage(
  backend: Backend,
  run = 'r1',
  after = 0,
): Promise<{ readonly versions: readonly number[]; readonly code: string }> {
  const versions: number[] = [];
  try {
    for await (const some of backend.read(run, { after })) for (const { version } of some) versions.push(version);
  } catch (error) {
    if (isOrchError(error)) return { versions, code: error.code };
    throw error;
  }
  throw new Error('It was not refused');
}

interface RunWithRoom {
  readonly path: string;
  readonly backend: Backend;
  readonly fence: Fence;
  /** Its journal. */
  readonly file: string;
}

/** A run whose journal has room: three commits, each flushed. */
export async function runWithRoom(files: Files = nodeFiles): Promise<RunWithRoom> {
  const path = folder();
  const backend = await opened(path, files);
  const fence = await created(backend);
  for (const after of [1, 2]) await backend.append('r1', commit(fence, after));
  return { path, backend, fence, file: join(path, 'runs/r1/journal-1') };
}
