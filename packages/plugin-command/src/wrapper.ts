import { crc32 } from '@orch/core/node';
import { isExecutable } from './find-program.ts';

/**
 * Runs a command so that it outlives orch: `/bin/sh -c WRAPPER <marker> <prefix>.state <umask> <program> [argument …]`.
 * Shell builtins only; its one fork is the command.
 *
 * - `umask 077`: the file is for this user only. The umask of orch is handed in, for reading it here would cost a fork.
 * - `set -C` and `>`: open(O_CREAT|O_EXCL). The claim: it fails where a recoverer made a folder of that name.
 * - The first line says who runs (`$0` is the marker), and reserves the block in which the exit line will stand.
 * - `trap :`: a signal to the whole group must not lose the exit code; not `''`, which the command would inherit.
 * - No variables: assigning one would change an exported variable of the same name for the command.
 * - The exit code stands there twice: one damaged byte must not make a success of a failure.
 * - `8>&-`: the command does not see the state file.
 */
export const wrapper: string = [
  'set -C',
  'umask 077',
  'exec 8>"$1" || exit 75',
  'umask "$2"',
  'echo "$$ $0" >&8 || exit 75',
  'trap : HUP INT QUIT TERM USR1 USR2 ALRM',
  'shift 2',
  '"$@" 8>&-',
  'set -- "$?"',
  'echo "exit $1 $1" >&8',
  'exit "$1"',
].join('\n');

/** The shell that runs the wrapper. */
export const wrapperShell = '/bin/sh';

/** Why no command can be started on a system at all; `undefined`: it has what it takes. */
export function whyNoCommands(
  platform: string = process.platform,
): { readonly message: string; readonly hint: string } | undefined {
  if (platform === 'win32')
    return {
      message: `Commands are run by ${wrapperShell}, which Windows does not have.`,
      hint: 'Run orch in WSL (the Windows Subsystem for Linux): there all of it works.',
    };
  if (isExecutable(wrapperShell)) return undefined;
  return {
    message: `Commands are run by ${wrapperShell}, which this machine does not have.`,
    hint: 'Install a POSIX shell there (dash, bash or busybox).',
  };
}

const prefix = 'orch-';

/**
 * The random word that names an attempt's processes: `$0` of its wrapper, so it stands in the command line, and a part
 * of `ORCH_LINEAGE` in the environment of all that it starts. The encoding leaves keys of the engine as they are.
 */
export function markerOf(runId: string, key: string): string {
  return prefix + encodeURIComponent(key) + runMark(runId);
}

/** Whether a marker is of a run: files that were copied from another one must not lead to that one's processes. */
export function isOfRun(runId: string, marker: string): boolean {
  return marker.endsWith(runMark(runId));
}

function runMark(runId: string): string {
  return `-${crc32(runId).toString(16).padStart(8, '0')}`;
}

/** The beginning of a key, as file names show it. */
export function shortKey(key: string): string {
  return encodeURIComponent(key).slice(0, shortLength);
}

export function shortKeyIn(marker: string): string {
  return marker.slice(prefix.length, prefix.length + shortLength);
}

const shortLength = 8;

/** The marker of a wrapper's arguments; `undefined`: they are no wrapper's. */
export function markerInArguments(args: readonly string[]): string | undefined {
  const [, option, , marker] = args;
  return option === '-c' && marker?.startsWith(prefix) === true ? marker : undefined;
}

/** Appended, so that an outer orch finds what the commands of an inner one start. */
export function lineageWith(lineage: string | undefined, marker: string): string {
  return `${lineage ?? ''}:${marker}:`;
}

const inLineage = new RegExp(`:(${prefix}[^:]+):`, 'g');

export function markersInLineage(lineage: string): string[] {
  return Array.from(lineage.matchAll(inLineage), ([, marker = '']) => marker);
}
