import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

export interface ProgramOptions {
  readonly args: readonly string[];
  /** What starts it, with its arguments; default: nothing. */
  readonly through?: readonly string[];
}

/** Starts a TypeScript file as a process of its own, on the sources. Killed when the test ends. */
export function startProgram(path: string, { args, through = [] }: ProgramOptions): ChildProcess {
  const [file = '', ...rest] = [...through, process.execPath, '--conditions=source', path, ...args];
  const started = spawn(file, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void started.kill('SIGKILL'));
  return started;
}

export function linesOf({ stdout }: ChildProcess): AsyncIterator<string> {
  if (stdout === null) throw new Error('no output');
  return createInterface({ input: stdout })[Symbol.asyncIterator]();
}
