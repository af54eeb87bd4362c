import { arch, platform } from 'node:os';
import { orchVersion } from '@orch/core';
import type { StateFinding } from '@orch/core';
import { processOwner } from '@orch/core/node';
import { processSight, whyNoCommands } from '@orch/plugin-command';
import type { ProcessSight } from '@orch/plugin-command';
import { compileCacheFolder } from '../compile-cache.ts';
import type { Check } from './check.ts';

/** The oldest Node that orch is made for. */
const oldestNode = [22, 18] as const;

/** This installation and this machine, apart from any run. */
export function machineChecks(): readonly Check[] {
  const { boot, startTime } = processOwner();
  return [
    checkNode(process.versions.node),
    checkShell(whyNoCommands()),
    checkAdoption({ sight: processSight(), knowsBoot: boot !== '' && startTime !== '' }),
    checkCache(compileCacheFolder()),
  ];
}

export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = oldestNode;
  const here = `orch ${orchVersion}, Node ${version}, ${platform()} ${arch()}`;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return { ok: here };
  return limited(
    'warning',
    `Node ${version} is older than ${oldestNode.join('.')}, the oldest that orch is made for.`,
    'Install a newer one: https://nodejs.org',
  );
}

export function checkShell(problem: ReturnType<typeof whyNoCommands>): Check {
  if (problem === undefined) return { ok: 'commands can be run: /bin/sh is there' };
  return limited('warning', problem.message, problem.hint);
}

export interface Sight {
  readonly sight: ProcessSight;
  /** Whether a process can be told from a later one of its pid, and this boot from an earlier one. */
  readonly knowsBoot: boolean;
}

/** What a crash of orch means for the commands that it leaves behind. */
export function checkAdoption({ sight, knowsBoot }: Sight): Check {
  if (sight === 'none')
    return limited(
      'note',
      'No process can be seen on this system: commands are not adopted. After a crash of orch they count as interrupted and run again.',
      'See what this system can: docs/platforms.md',
    );
  if (sight === 'ps' || !knowsBoot)
    return limited(
      'note',
      'This system does not say when it was started or when a process was: commands are adopted by ps, and whether the process that drove a run is alive is known 30 s after its last sign of life.',
      'See what this system can: docs/platforms.md',
    );
  return { ok: 'commands that outlive orch are adopted: boot, processes and their start can be seen' };
}

export function checkCache(folder: string | undefined): Check {
  if (folder !== undefined) return { ok: `what is compiled is kept in ${folder}` };
  return limited(
    'note',
    'What is compiled of orch is kept nowhere: it starts a little later each time.',
    'A folder of this user only is needed: HOME or XDG_CACHE_HOME, see docs/operate.md#disk',
  );
}

function limited(severity: StateFinding['severity'], message: string, hint: string): Check {
  return { finding: { code: 'ORCH_HOST_LIMITED', severity, message, hint } };
}
