// Loaded before orch: a system that calls itself `FAKE_PLATFORM`, and has neither `/proc` nor `/etc/machine-id`. What was looked
// for there is written to `FAKE_LOG`.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

const platform = process.env['FAKE_PLATFORM'];
const log = process.env['FAKE_LOG'];
Object.defineProperty(process, 'platform', { value: platform });
os.platform = () => platform;

const { appendFileSync } = fs;

function refuse(path) {
  if (typeof path !== 'string' || !/^\/(proc|sys|etc\/machine-id)(\/|$)/.test(path)) return;
  appendFileSync(log, `${path}\n`);
  throw Object.assign(new Error(`ENOENT: no such file or directory, '${path}'`), { code: 'ENOENT' });
}

for (const name of ['accessSync', 'lstatSync', 'openSync', 'readdirSync', 'readFileSync', 'readlinkSync', 'statSync']) {
  const call = fs[name];
  fs[name] = (path, ...rest) => {
    refuse(path);
    return call(path, ...rest);
  };
}
const { existsSync } = fs;
fs.existsSync = (path) => {
  try {
    refuse(path);
  } catch {
    return false;
  }
  return existsSync(path);
};
syncBuiltinESMExports();
