import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figure } from './benchmark.ts';
import { executeArguments } from './orch.ts';
import { runNode } from './sample.ts';

export interface Flushes {
  readonly count: number;
  /** Who counted. */
  readonly by: 'strace' | 'node:fs';
}

/** The flushes of `orch execute plan.json` in a folder, a phase. Told, not held against a goal. */
export async function flushesFigure(
  name: string,
  {
    folder,
    phases,
    options,
  }: { readonly folder: string; readonly phases: number; readonly options: readonly string[] },
): Promise<{ readonly figure: Figure; readonly note: string }> {
  const { count, by } = await countFlushes(executeArguments(options), folder);
  return {
    figure: { name: `${name}: flushes a phase`, value: count / phases, unit: 'flushes', raw: { count: [count] } },
    note: `${name}: ${count.toLocaleString('en')} calls of fdatasync and fsync in ${phases.toLocaleString('en')} phases, counted by ${by}.`,
  };
}

/** Counts the calls of fdatasync and fsync that a program makes. Not timed: counting is slow. */
export async function countFlushes(args: readonly string[], cwd?: string): Promise<Flushes> {
  const scratch = mkdtempSync(join(tmpdir(), 'orch-bench-'));
  const file = join(scratch, 'flushes');
  try {
    const env = { ...process.env, BENCH_FLUSHES_FILE: file };
    if (spawnSync('strace', ['-V']).status === 0) {
      await runNode(['-f', '-qq', '-e', 'trace=fdatasync,fsync', '-o', file, process.execPath, ...args], {
        cwd,
        env,
        file: 'strace',
      });
      const calls = readFileSync(file, 'utf8').match(/^\d+ +f(data)?sync\(/gm);
      return { count: calls?.length ?? 0, by: 'strace' };
    }
    await runNode(['--import', join(import.meta.dirname, 'count-flushes.mjs'), ...args], { cwd, env });
    return { count: Number(readFileSync(file, 'utf8')), by: 'node:fs' };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
