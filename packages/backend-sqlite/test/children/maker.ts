import { first } from '../../../testkit/src/conformance/subject.ts';
import { sqliteBackend } from '../../src/index.ts';

// Makes a run in each file that it is told.
const [run = ''] = process.argv.slice(2);
process.stdout.write('ready\n');
for await (const line of process.stdin) {
  const backend = sqliteBackend(String(line).trimEnd());
  await backend.open();
  const { status } = await backend.create(run, first(run));
  await backend.close();
  process.stdout.write(`${status}\n`);
}
