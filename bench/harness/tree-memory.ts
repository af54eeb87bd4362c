import { readFileSync, readdirSync } from 'node:fs';
import type { ChildProcess } from 'node:child_process';

/** Often enough to meet commands that live for some milliseconds, where there are hundreds of them. */
const lookEveryMs = 20;

/**
 * The most memory that a process and all its descendants had at once, in MiB, until it ended. What several of them share
 * is counted once, and what they share with other programs of the machine in part: the sum of their proportional set
 * sizes (PSS). A look takes some milliseconds of CPU and holds up those that are looked at, so nothing else is measured
 * meanwhile.
 */
export function peakOfTree(child: ChildProcess): Promise<number> {
  let peakKiB = 0;
  const looks = setInterval(() => (peakKiB = Math.max(peakKiB, pssOfTree(child.pid ?? 0))), lookEveryMs);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      clearInterval(looks);
      if (peakKiB === 0) reject(new Error('The process ended before anybody looked at its memory.'));
      else resolve(peakKiB / 1024);
    });
  });
}

/** What a process and its descendants have now, in KiB. */
export function pssOfTree(root: number): number {
  let sum = 0;
  for (const pids = [root]; pids.length > 0;) {
    const pid = pids.pop()!;
    sum += pssOf(pid);
    pids.push(...childrenOf(pid));
  }
  return sum;
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    // It has just ended.
    return [];
  }
}

/** 0 for one that has ended, a zombie included. */
function pssOf(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
