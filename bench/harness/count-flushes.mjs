// Loaded before a program where strace is missing: counts the flushes that go through node:fs.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

let flushes = 0;
for (const name of ['fdatasync', 'fdatasyncSync', 'fsync', 'fsyncSync']) {
  const original = fs[name];
  fs[name] = (...args) => {
    flushes++;
    return original(...args);
  };
}
syncBuiltinESMExports();
process.on('exit', () => fs.writeFileSync(process.env.BENCH_FLUSHES_FILE, String(flushes)));
