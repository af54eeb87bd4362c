import { writeSync } from 'node:fs';
import type { RunSummary } from '@orch/core/author';
import { redisBackend } from '../../src/index.ts';

/** Takes a run that nobody holds, and appends until it is told that it has lost it; says each answer. */
const [url = ''] = process.argv.slice(2);
const backend = redisBackend(url);
await backend.open();
const owner = { host: 'h', machine: 'other', boot: 'b', namespace: 'n', pid: process.pid, startTime: '1' };
const answer = await backend.acquire('r1', { owner, token: 'stopped', ttlMs: 30_000 });
if (answer.status !== 'held') throw new Error(`taken by ${answer.epoch}`);
const { fence } = answer;
for (let version = 2; ; version++) {
  const summary: RunSummary = {
    runId: 'r1',
    workflow: 'w',
    status: 'running',
    createdAt: 1000,
    updatedAt: 1,
    version,
    phases: 1,
    completed: 0,
    failed: 0,
  };
  const event = { type: 'warning', message: 'stopped', version, at: 1, epoch: fence.epoch } as const;
  const done = await backend.append('r1', {
    expectedVersion: version - 1,
    fence,
    events: [event],
    summary,
    flush: true,
  });
  writeSync(1, `${done.status === 'ok' ? version : done.status}\n`);
  if (done.status !== 'ok') break;
}
await backend.close();
