import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Host } from '../engine/host.ts';
import type { Owner } from '../run/owner.ts';

/** The text of a file, or '' where there is none to be had. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return '';
  }
}

/** Field 22 of `/proc/<pid>/stat` (proc(5)), and whether the process is a zombie; `undefined`: there is no such process to be seen. */
function lookAt(pid: number): { readonly startTime: string; readonly zombie: boolean } | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  if (stat === '') return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { startTime: fields[19] ?? '', zombie: fields[0] === 'Z' || fields[0] === 'X' };
}

function readNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

let ofThisProcess: Owner | undefined;

/** Who this process is. On a system without `/proc`, `boot`, `namespace` and `startTime` are empty: only leases tell then. */
export function processOwner(): Owner {
  ofThisProcess ??= {
    host: hostname(),
    machine: textOf('/etc/machine-id') || hostname(),
    boot: textOf('/proc/sys/kernel/random/boot_id'),
    namespace: readNamespace(),
    pid: process.pid,
    startTime: lookAt(process.pid)?.startTime ?? '',
  };
  return ofThisProcess;
}

/** Whether an owner's process would be seen from here: the same boot of the same machine, and the same pid namespace. */
export function seesProcessesOf(owner: Owner): boolean {
  const self = processOwner();
  return (
    self.boot !== '' && owner.boot === self.boot && owner.machine === self.machine && owner.namespace === self.namespace
  );
}

function look(owner: Owner): 'alive' | 'dead' | 'unknown' {
  const self = processOwner();
  if (owner.boot !== self.boot && owner.machine === self.machine && self.boot !== '' && owner.boot !== '')
    return 'dead';
  if (!seesProcessesOf(owner) || owner.startTime === '') return 'unknown';
  const found = lookAt(owner.pid);
  return found !== undefined && !found.zombie && found.startTime === owner.startTime ? 'alive' : 'dead';
}

const killedWithinMs = 5_000;

async function end(owner: Owner): Promise<boolean> {
  const before = performance.now();
  while (look(owner) === 'alive') {
    if (performance.now() - before > killedWithinMs) return false;
    try {
      process.kill(owner.pid, 'SIGKILL');
    } catch {
      // Gone meanwhile, or not ours to kill: the next look tells.
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return look(owner) === 'dead';
}

/** The machine as core's engine asks about it. */
export function processHost(): Host {
  return { owner: processOwner(), look, end };
}
