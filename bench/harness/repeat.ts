import { spawnSync } from 'node:child_process';
import { cpuOfChildrenMs } from './sample.ts';

export interface Repeated {
  /** Of one, with all that it waited for. */
  readonly cpuMs: number;
  readonly wallMs: number;
}

export interface RepeatOptions {
  readonly times: number;
  readonly cwd: string;
}

/**
 * Runs a program in a Node of its own, again and again. For processes that are over so soon that what `takeSample` loads
 * into them would count: what they used is read from the outside, and the kernel counts that in steps of 10 ms.
 */
export function repeatNode(args: (index: number) => readonly string[], { times, cwd }: RepeatOptions): Repeated {
  const cpuBefore = cpuOfChildrenMs();
  const startedAt = performance.now();
  for (let index = 0; index < times; index++) {
    const { status, signal, stderr, error } = spawnSync(process.execPath, args(index), { cwd, encoding: 'utf8' });
    if (error !== undefined) throw error;
    if (status !== 0) throw new Error(`${args(index).join(' ')} ended with ${status ?? signal}:\n${stderr}`);
  }
  return {
    cpuMs: (cpuOfChildrenMs() - cpuBefore) / times,
    wallMs: (performance.now() - startedAt) / times,
  };
}
