import { once } from 'node:events';
import type { RunSummary } from '@orch/core/author';
import { redisBackend } from '../../src/index.ts';

/** Takes a run over an epoch as soon as it is told to, and appends at once with what it has: under its own fence, or a lost one. */
const [url = '', token = ''] = process.argv.slice(2);
const backend = redisBackend(url);
await backend.open();
const owner = { host: 'h', machine: 'm', boot: 'b', namespace: 'n', pid: process.pid, startTime: '1' };
process.stdout.write('ready\n');
let last = { epoch: 0, token: '' };
for await (const line of process.stdin) {
  const [overEpoch = 0, version = 0] = String(line).split(' ').map(Number);
  const answer = await backend.acquire('r1', { owner, token: `${token}-${overEpoch}`, ttlMs: 1_000, overEpoch });
  if (answer.status === 'held') last = answer.fence;
  const appended = last.epoch === 0 ? undefined : await backend.append('r1', commit(version));
  const said = { status: answer.status, epoch: last.epoch, appended: appended?.status };
  if (!process.stdout.write(`${JSON.stringify(said)}\n`)) await once(process.stdout, 'drain');
}
await backend.close();

function commit(expectedVersion: number): Parameters<typeof backend.append>[1] {
  const version = expectedVersion + 1;
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
  const event = { type: 'warning', message: token, version, at: 1, epoch: last.epoch } as const;
  return { expectedVersion, fence: last, events: [event], summary, flush: true };
}
