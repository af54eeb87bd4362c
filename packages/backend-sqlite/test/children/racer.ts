import { takingOf } from '../../../testkit/src/conformance/subject.ts';
import { sqliteBackend } from '../../src/index.ts';

// Takes the run `r` over the epoch that it is told.
const [file = '', token = ''] = process.argv.slice(2);
const backend = sqliteBackend(file);
await backend.open();
process.stdout.write('ready\n');
for await (const line of process.stdin) {
  const overEpoch = Number(String(line));
  const answer = await backend.acquire('r', { ...takingOf(`${token} ${overEpoch}`), overEpoch });
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await backend.close();
