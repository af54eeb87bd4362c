import { writeSync } from 'node:fs';
import type { RunSummary } from '@orch/core/author';
import { jsonBackend } from '../../src/index.ts';

/** Takes the run and appends for ever; says each version once it is acknowledged. */
const [folder = '', token = ''] = process.argv.slice(2);
const backend = jsonBackend(folder);
await backend.open();
const owner = { host: 'h', machine: 'm', boot: 'b', namespace: 'n', pid: process.pid, startTime: '1' };
const holder = await backend.holder('r1');
const over = holder === undefined ? {} : { overEpoch: holder.epoch };
const answer = await backend.acquire('r1', { owner, token, ttlMs: 1000, ...over });
if (answer.status !== 'held') throw new Error(`taken by ${answer.epoch}`);
let version = 0;
for await (const events of backend.read('r1')) version = events.at(-1)?.version ?? version;
for (;;) {
  const expectedVersion = version++;
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
  const event = {
    type: 'warning',
    message: 'x'.repeat(version % 700),
    version,
    at: 1,
    epoch: answer.fence.epoch,
  } as const;
  const done = await backend.append('r1', {
    expectedVersion,
    fence: answer.fence,
    events: [event],
    summary,
    flush: version % 3 === 0,
  });
  if (done.status !== 'ok') throw new Error(JSON.stringify(done));
  writeSync(1, `${version}\n`);
}
