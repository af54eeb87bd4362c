import { writeSync } from 'node:fs';
import type { RunEvent } from '@orch/core/author';
import { commitOf, eventsOf, takingOf } from '../../../testkit/src/conformance/subject.ts';
import { sqliteBackend } from '../../src/index.ts';

// Takes runs over and appends to all of them at once, for ever or up to a version; says what is acknowledged.
const [file = '', token = '', until = 'Infinity', ...runs] = process.argv.slice(2);
const backend = sqliteBackend(file);
await backend.open();
await Promise.all(runs.map(append));
await backend.close();

async function append(run: string): Promise<void> {
  const holder = await backend.holder(run);
  const over = holder === undefined ? {} : { overEpoch: holder.epoch };
  const answer = await backend.acquire(run, { ...takingOf(token), ...over });
  if (answer.status !== 'held') throw new Error(`taken by ${answer.epoch}`);
  let version = 0;
  for await (const events of backend.read(run)) version = events.at(-1)?.version ?? version;
  while (version < Number(until)) {
    const events: RunEvent[] = eventsOf(version + 1, version + 1, 'x'.repeat(version % 700));
    const commit = commitOf({ run, fence: answer.fence }, events, { flush: version % 3 === 0 });
    const { status } = await backend.append(run, commit);
    if (status !== 'ok') throw new Error(status);
    version++;
    writeSync(1, `${run} ${version}\n`);
  }
}
