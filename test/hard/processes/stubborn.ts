import { readFileSync } from 'node:fs';
import type { OddPhase } from './stage.ts';

/** A command that has to be ended. Once it is as it is to be, it prints `ready`; where a process is stopped, its pid. */
export interface Stubborn {
  /** One that files may have. */
  readonly name: string;
  readonly text: string;
  /** The pid that it prints is of a process that is stopped. */
  readonly isStopped?: true;
  /** SIGTERM does not end all of it. */
  readonly needsKill?: true;
}

export const stubborn: readonly Stubborn[] = [
  { name: 'grandchildren', text: `sh -c 'sh -c "sleep 600 & sleep 600 & echo ready; wait" & wait' & wait` },
  { name: 'a-session-of-its-own', text: `setsid sh -c 'echo ready; sleep 600; :' & wait` },
  {
    name: 'a-daemon-with-its-environment',
    text: `(setsid sh -c 'cd /; sleep 600 >/dev/null 2>&1 & echo ready' &); sleep 600`,
  },
  {
    name: 'a-daemon-without-its-environment',
    text: `(env -i setsid sh -c 'sleep 600 & sleep 600 & echo ready' &); sleep 600`,
  },
  {
    name: 'a-silent-child-without-its-environment',
    text: `env -i sleep 600 >/dev/null 2>&1 & echo ready; exec sleep 600`,
  },
  { name: 'no-descriptors', text: `echo ready; exec 0<&- 1>&- 2>&-; while :; do sleep 600; done` },
  { name: 'no-environment', text: `exec env -i /bin/sh -c 'echo ready; while :; do sleep 600; done'` },
  { name: 'SIGTERM-ignored', text: `trap '' TERM; echo ready; while :; do sleep 600; done`, needsKill: true },
  {
    name: 'SIGTERM-ignored-by-a-grandchild',
    text: `sh -c 'sh -c "trap \\"\\" TERM; echo ready; sleep 600; :" & wait' & wait`,
    needsKill: true,
  },
  {
    name: 'a-handler-that-never-ends',
    text: `trap 'while :; do sleep 600; done' TERM; echo ready; sleep 600 & wait`,
    needsKill: true,
  },
  {
    name: 'a-new-session-for-each-SIGTERM',
    text: `again() { setsid sh -c 'trap "setsid sleep 600 & exit" TERM; echo ready; sleep 600 & wait' & }; again; wait`,
    needsKill: true,
  },
  { name: 'a-stopped-child', text: `sleep 600 & kill -STOP $!; echo $!; echo ready; wait`, isStopped: true },
  { name: 'stopped-itself', text: `echo $$; echo ready; kill -STOP $$; sleep 600`, isStopped: true },
  { name: 'its-shell-stopped', text: `echo $PPID; echo ready; kill -STOP $PPID; sleep 600`, isStopped: true },
  { name: 'all-of-its-group-stopped', text: `echo $$; echo ready; kill -STOP 0; sleep 600`, isStopped: true },
  {
    name: 'stopped-and-SIGTERM-ignored',
    text: `trap '' TERM; echo $$; echo ready; kill -STOP $$; sleep 600`,
    isStopped: true,
    needsKill: true,
  },
];

export function phaseOf({ name, text }: Stubborn, more: Partial<OddPhase> = {}): OddPhase {
  return { name, command: text, ...more };
}

/** Whether what a command printed shows it as it is to be. */
export function isReady({ isStopped }: Stubborn, printed: string): boolean {
  if (!/^ready$/m.test(printed)) return false;
  return isStopped !== true || stateOf(Number(/^\d+$/m.exec(printed)?.[0])) === 'T';
}

/** As proc(5) calls it; empty for none. */
function stateOf(pid: number): string {
  try {
    return /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1] ?? '';
  } catch {
    return '';
  }
}
