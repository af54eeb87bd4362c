// Signs a file: its HMAC goes beside it. The key comes in a variable, where no list of processes shows it.
import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const [file] = process.argv.slice(2);
const hmac = createHmac('sha256', process.env.KEY).update(readFileSync(file)).digest('hex');
writeFileSync(`${file}.hmac`, `${hmac}\n`);
