import { readFileSync, statfsSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
import { orchVersion } from '@orch/core';

export interface Machine {
  readonly orch: string;
  readonly node: string;
  readonly system: string;
  readonly cpu: string;
  readonly cpus: number;
  readonly memoryGiB: number;
  /** Work of others when the benchmarks began: above 0, only ratios count. */
  readonly load: number;
  readonly disk: string;
  readonly memory: string;
}

export const memoryFolder = '/dev/shm';

export function describeMachine(): Machine {
  return {
    orch: orchVersion,
    node: process.version,
    system: `Linux ${release()} ${arch()}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cpus: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    load: loadavg()[0] ?? 0,
    disk: fileSystemOf(tmpdir()),
    memory: fileSystemOf(memoryFolder),
  };
}

/** The type that /proc/mounts gives to the longest mount point above a folder. */
function fileSystemOf(folder: string): string {
  const mounts = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, point = '']) => folder === point || folder.startsWith(point.endsWith('/') ? point : `${point}/`))
    .toSorted(([, one = ''], [, other = '']) => other.length - one.length);
  const { type } = statfsSync(folder);
  return mounts[0]?.[2] ?? `type ${type.toString(16)}`;
}
