import { once } from 'node:events';
import { jsonBackend } from '../../src/index.ts';

/** Takes a run over an epoch, as soon as it is told to, and appends until it loses it. */
const [folder = '', token = ''] = process.argv.slice(2);
const backend = jsonBackend(folder);
await backend.open();
const owner = { host: 'h', machine: 'm', boot: 'b', namespace: 'n', pid: process.pid, startTime: '1' };
process.stdout.write('ready\n');
for await (const line of process.stdin) {
  const overEpoch = Number(String(line));
  const answer = await backend.acquire('r1', { owner, token: `${token}-${overEpoch}`, ttlMs: 1000, overEpoch });
  if (!process.stdout.write(`${JSON.stringify(answer)}\n`)) await once(process.stdout, 'drain');
}
await backend.close();
