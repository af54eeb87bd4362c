// A yardstick for taking up a run: reads its journal and parses it line by line, as a plain program does that runs once.
// node journal-floor.mjs STATE
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const headerBytes = 30;
const startedAt = performance.now();
let events = 0;
for (const record of readFileSync(join(process.argv[2], 'runs', 'killed', 'journal-1'), 'utf8').split('\n')) {
  // Room follows the last one.
  if (record.length <= headerBytes || record.startsWith('\0')) continue;
  events += JSON.parse(record.slice(headerBytes)).events?.length ?? 0;
}
console.log(JSON.stringify({ ms: performance.now() - startedAt, events }));
