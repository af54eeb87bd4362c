// Sends letters, two a second at most. What it can't send yet, it says until when it has to wait, and ends with 0.
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';

const perSecond = 2;
const quota = '.scratch/quota.json';
mkdirSync('.scratch/sent', { recursive: true });
const now = Date.now();
let { since, used } = existsSync(quota) ? JSON.parse(readFileSync(quota, 'utf8')) : { since: now, used: 0 };
if (now >= since + 1000) [since, used] = [now, 0];
let limited = false;
for (const name of readdirSync('letters')) {
  if (existsSync(`.scratch/sent/${name}`)) continue;
  if (used === perSecond) {
    limited = true;
    break;
  }
  copyFileSync(`letters/${name}`, `.scratch/sent/${name}`);
  writeFileSync(quota, JSON.stringify({ since, used: ++used }));
}
console.log(JSON.stringify({ limited, reset: new Date(since + 1000).toISOString() }));
