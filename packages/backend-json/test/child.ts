import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** A process of its own that runs a file on the sources; killed at the end of the test. */
export function child(file: URL, ...args: readonly string[]): ChildProcess {
  const started = spawn(process.execPath, ['--conditions=source', fileURLToPath(file), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void started.kill('SIGKILL'));
  return started;
}

export function linesOf({ stdout }: ChildProcess): AsyncIterator<string> {
  if (stdout === null) throw new Error('no output');
  return createInterface({ input: stdout })[Symbol.asyncIterator]();
}
