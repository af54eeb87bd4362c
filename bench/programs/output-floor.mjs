// The floor of a command that prints much: the descriptor of its log is handed to it.
// node output-floor.mjs COMMAND FILE
import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';

const [command, file] = process.argv.slice(2);
const log = openSync(file, 'wx');
spawn('/bin/sh', ['-c', command], { stdio: ['ignore', log, log] }).on(
  'close',
  (code) => (process.exitCode = code ?? 1),
);
