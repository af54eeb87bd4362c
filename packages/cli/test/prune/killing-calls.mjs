// Loaded before orch: kills the process before its n-th call that changes files, `KILL_AT` counting from 1.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';

const at = Number(process.env['KILL_AT']);
let calls = 0;
const { rmdirSync, lstatSync, readdirSync, unlinkSync } = fs;

function step() {
  if (++calls === at) process.kill(process.pid, 'SIGKILL');
}

for (const name of ['linkSync', 'mkdirSync', 'renameSync', 'unlinkSync', 'writeFileSync', 'writeSync']) {
  const call = fs[name];
  fs[name] = (...given) => {
    step();
    return call(...given);
  };
}

// One call of Node's own removes a whole folder: here it is killed in between, too.
fs.rmSync = (path) => {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) {
    for (const name of readdirSync(path)) fs.rmSync(join(path, name));
    step();
    rmdirSync(path);
  } else if (stats !== undefined) {
    step();
    unlinkSync(path);
  }
};
syncBuiltinESMExports();
