// Loaded before a victim: one of its calls of fs.writeSync takes a part of the bytes only, as on a disk that is just full.
// TRIAL_SHORT_WRITE: JSON of { ordinal, takes: 'half' | 'one byte', followedBy?: an error of the next write, or 'SIGKILL' }.
// TRIAL_SHORT_WRITE_FILE: told which file that was; not made where there were fewer writes.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { ordinal, takes, followedBy } = JSON.parse(process.env.TRIAL_SHORT_WRITE);
const { writeSync } = fs;
let writes = 0;

fs.writeSync = (fd, bytes, offset, length, position) => {
  // Words for people go the same way.
  if (fd <= 2) return writeSync(fd, bytes, offset, length, position);
  writes++;
  if (writes === ordinal + 1 && followedBy !== undefined)
    throw Object.assign(new Error(`${followedBy}: made by the trial, write`), { code: followedBy, syscall: 'write' });
  if (writes !== ordinal) return writeSync(fd, bytes, offset, length, position);
  fs.writeFileSync(process.env.TRIAL_SHORT_WRITE_FILE, fs.readlinkSync(`/proc/self/fd/${fd}`));
  const written = writeSync(fd, bytes, offset, takes === 'half' ? Math.ceil(length / 2) : 1, position);
  if (followedBy === 'SIGKILL') process.kill(process.pid, followedBy);
  return written;
};
syncBuiltinESMExports();
