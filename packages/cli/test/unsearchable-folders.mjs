// Loaded before orch, for tests that root runs: what is in a folder without that right can not be looked at, as for everybody else.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname } from 'node:path';

const { lstatSync } = fs;
fs.lstatSync = (path, options) => {
  const folder = lstatSync(dirname(String(path)), { throwIfNoEntry: false });
  if (folder?.isDirectory() !== true || (folder.mode & 0o100) !== 0) return lstatSync(path, options);
  throw Object.assign(new Error(`EACCES: permission denied, lstat '${path}'`), { code: 'EACCES', path });
};
syncBuiltinESMExports();
