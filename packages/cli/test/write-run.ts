import { jsonBackend } from '@orch/backend-json';
import type { RunEvent, RunSummary } from '@orch/core';
import { processHost } from '@orch/core/node';

export interface WrittenRun {
  readonly run: string;
  readonly events: readonly RunEvent[];
  readonly status: 'running' | 'waiting' | 'failed';
}

/** Writes a run that nobody drives into a folder of JSON files, as another orch might have. */
export async function writeRun(folder: string, { run, events, status }: WrittenRun): Promise<void> {
  const last = events.at(-1);
  if (last === undefined) throw new Error('there are no events');
  const times = { createdAt: last.at, updatedAt: last.at, version: last.version };
  const summary: RunSummary = { runId: run, workflow: 'demo', status, ...times, phases: 1, completed: 0, failed: 0 };
  const backend = jsonBackend(folder);
  await backend.open();
  const { owner } = processHost();
  const created = await backend.create(run, { owner, token: 'theirs', ttlMs: 1_000, events, summary });
  if (created.status === 'created') await backend.release(run, created.fence);
  await backend.close();
}
