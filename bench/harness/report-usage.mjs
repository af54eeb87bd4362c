// Loaded before a measured program: writes what it used when it exits. Plain JavaScript, and little of it, because each
// sample pays for it, orch and floors alike.
import { readFileSync, writeFileSync } from 'node:fs';

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  // After the name, which may hold anything: fields 14 to 17 of proc(5) are utime, stime, cutime and cstime.
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1).split(' ');
  const usage = {
    ownMicros: userCPUTime + systemCPUTime,
    childTicks: Number(fields[13]) + Number(fields[14]),
    maxRss: maxRSS,
  };
  writeFileSync(process.env.BENCH_USAGE_FILE, JSON.stringify(usage));
});
