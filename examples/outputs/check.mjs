// Looks for lines that end in a blank. Words for people first, the result as JSON in the last line. Ends with 0 always.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
let problems = 0;
for (const name of readdirSync(folder)) {
  for (const [at, line] of readFileSync(join(folder, name), 'utf8').split('\n').entries()) {
    if (!/\s$/.test(line)) continue;
    problems++;
    console.log(`${name}:${at + 1}: ends in a blank`);
  }
}
console.log(JSON.stringify({ problems }));
