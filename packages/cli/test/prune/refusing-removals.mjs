// Loaded before orch: no folder that was moved away to be removed can be.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { rmSync } = fs;
fs.rmSync = (path, options) => {
  if (String(path).includes('.removed-')) throw Object.assign(new Error(`EACCES: ${path}`), { code: 'EACCES' });
  rmSync(path, options);
};
syncBuiltinESMExports();
