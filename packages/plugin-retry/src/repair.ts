import { planDurationMs, type Repair } from '@orch/core/author';
import type { StoredRepair } from './retry-policy.ts';

/** What the shell below says where nothing was changed. */
const unchangedExitCode = 113;

/**
 * Runs a repair between two looks at what it is to change. `$1`: the text that looks; the rest: the repair. Its own exit
 * code counts, but for the one that means something here.
 */
const betweenTwoLooks = `look=$1
shift
before=$(sh -c "$look") || exit
"$@" || { code=$?; [ "$code" -eq ${unchangedExitCode} ] && exit 1; exit "$code"; }
after=$(sh -c "$look") || exit
[ "$before" != "$after" ] || exit ${unchangedExitCode}`;

/** A repair as work for the executor of commands. */
export function repairOf({ command, timeout, stop_when_unchanged }: StoredRepair): Repair {
  const timeoutMs = timeout === undefined ? undefined : planDurationMs(timeout);
  const limits = timeoutMs === undefined ? {} : { timeoutMs: Math.max(1, Math.ceil(timeoutMs)) };
  if (stop_when_unchanged === undefined) return { kind: 'command', options: { command }, ...limits };
  const words = typeof command === 'string' ? ['/bin/sh', '-c', command] : command;
  const watched = ['/bin/sh', '-c', betweenTwoLooks, 'repair', stop_when_unchanged, ...words];
  return { kind: 'command', options: { command: watched }, ...limits, unchangedExitCode };
}
