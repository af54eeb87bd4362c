// The floor of a command runner: the same commands by child_process, two at once, and nothing else.
// node commands-floor.ts TIMES COMMAND
import { spawn } from 'node:child_process';

const [times, command] = [Number(process.argv[2]), String(process.argv[3])];
let begun = 0;
let succeeded = 0;
await Promise.all([lane(), lane()]);
console.log(JSON.stringify(succeeded));

async function lane(): Promise<void> {
  while (begun++ < times) {
    const code = await new Promise((resolve, reject) => {
      spawn('/bin/sh', ['-c', command]).on('error', reject).on('close', resolve);
    });
    if (code === 0) succeeded++;
  }
}
