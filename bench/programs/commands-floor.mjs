// The floor of a command runner: the same command again and again by child_process, and nothing else. Plain JavaScript,
// as all floors that are measured as a whole process: stripping types would cost it 40 ms, and flatter orch.
// node commands-floor.mjs TIMES LANES COMMAND
import { spawn } from 'node:child_process';

const [times, lanes] = process.argv.slice(2, 4).map(Number);
const command = process.argv[4];
let begun = 0;
let succeeded = 0;
await Promise.all(Array.from({ length: lanes }, lane));
console.log(JSON.stringify(succeeded));

async function lane() {
  while (begun++ < times) {
    const code = await new Promise((resolve, reject) => {
      spawn('/bin/sh', ['-c', command]).on('error', reject).on('close', resolve);
    });
    if (code === 0) succeeded++;
  }
}
