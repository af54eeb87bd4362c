import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

const program = join(import.meta.dirname, '..', 'packages', 'cli', 'bin', 'orch.js');

export interface ShellEnded {
  readonly code: number | null;
  /** Of both streams. */
  readonly output: string;
}

export interface ShellOptions {
  readonly cwd: string;
  /** Where programs are looked for first. */
  readonly path: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Puts an `orch` that is the built program into a new folder. */
export function writeOrch(folder: string): void {
  mkdirSync(folder);
  const orch = join(folder, 'orch');
  writeFileSync(orch, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  chmodSync(orch, 0o755);
}

/** Runs a line of shell without a terminal and with nothing on stdin. */
export function runShell(line: string, { cwd, path, env = {} }: ShellOptions): Promise<ShellEnded> {
  const { NODE_OPTIONS: _options, ORCH_STATE: _state, ORCH_BACKEND: _backend, ...rest } = process.env;
  const places = [path, dirname(process.execPath), process.env['PATH']].join(delimiter);
  const child = spawn('sh', ['-c', line], {
    cwd,
    env: { ...rest, PATH: places, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
