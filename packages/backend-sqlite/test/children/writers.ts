import { once } from 'node:events';
import { writeSync } from 'node:fs';
import type { Fence, RunEvent } from '@orch/core/author';
import Driver from 'better-sqlite3';
import { commitOf, eventsOf, takingOf } from '../../../testkit/src/conformance/subject.ts';
import { busyTimeoutMs } from '../../src/driver.ts';
import type { Database } from '../../src/driver.ts';
import { makeSqliteBackend } from '../../src/sqlite-backend.ts';

// Takes runs over, says so, and once it is told to go on appends to all of them at once, for ever or up to a version; says
// what is acknowledged and when, by a clock that all processes share, and how often it found the file locked.
const [file = '', token = '', until = 'Infinity', ...runs] = process.argv.slice(2);
let busy = 0;
const backend = makeSqliteBackend(file, {}, openCounting);
await backend.open();
const fences = await Promise.all(runs.map(take));
writeSync(1, 'ready\n');
await once(process.stdin, 'data');
await Promise.all(runs.map((run, index) => append(run, fences[index]!)));
writeSync(1, `busy ${busy}\n`);
await backend.close();
process.exit();

/** As the backend does. */
function openCounting(path: string): Database {
  const db = new Driver(path, { fileMustExist: true, timeout: busyTimeoutMs });
  const prepare = db.prepare.bind(db);
  const prepareCounted = (sql: string): unknown => {
    const statement = prepare(sql);
    if (sql !== 'BEGIN IMMEDIATE') return statement;
    const run = (): unknown => {
      try {
        return statement.run();
      } catch (error) {
        busy++;
        throw error;
      }
    };
    return { run };
  };
  return Object.assign(db, { prepare: prepareCounted });
}

async function take(run: string): Promise<Fence> {
  const holder = await backend.holder(run);
  const over = holder === undefined ? {} : { overEpoch: holder.epoch };
  const answer = await backend.acquire(run, { ...takingOf(token), ...over });
  if (answer.status !== 'held') throw new Error(`taken by ${answer.epoch}`);
  return answer.fence;
}

async function append(run: string, fence: Fence): Promise<void> {
  let version = 0;
  for await (const events of backend.read(run)) version = events.at(-1)?.version ?? version;
  while (version < Number(until)) {
    const events: RunEvent[] = eventsOf(version + 1, version + 1, 'x'.repeat(version % 700));
    const commit = commitOf({ run, fence }, events, { flush: version % 3 === 0 });
    const { status } = await backend.append(run, commit);
    if (status !== 'ok') throw new Error(status);
    version++;
    writeSync(1, `${run} ${version} ${process.hrtime.bigint()}\n`);
  }
}
