import { realpathSync } from 'node:fs';
import type { AttemptFiles } from './attempt-files.ts';
import { codeOf } from './system-error.ts';
import type { ProcessEntry, ProcessTable } from './process-table.ts';

/** What tells the processes of an attempt. */
export interface Trace {
  /** Whether a marker is the attempt's. */
  readonly isMarker: (marker: string) => boolean;
  /** Files that the attempt prints to: what writes to one of them belongs to the attempt. */
  readonly logs: readonly string[];
  /** The group of its wrapper, where it is known. */
  readonly group: number | undefined;
  /**
   * The group is known to be the attempt's, whatever its members carry: its leader was our child until a moment ago, and
   * a number is not given away again while its group has members.
   */
  readonly isOwnGroup?: boolean;
}

/** How the processes of an attempt are told by its files and marker. */
export function traceOf(
  { files, isMarker }: { readonly files: AttemptFiles; readonly isMarker: Trace['isMarker'] },
  group: number | undefined,
): Trace {
  return { isMarker, logs: [files.log, files.stdout], group };
}

/** The live processes of an attempt. */
export interface Remains {
  /** All of them. */
  readonly pids: readonly number[];
  /** The group, where it is proven to be the attempt's and has members. */
  readonly group: number | undefined;
  /** Those of `pids` that are not in the group. */
  readonly outside: readonly number[];
  /** Members of a group of that number that is not proven to be the attempt's: never signalled. */
  readonly foreign: readonly number[];
}

/**
 * Every live process that carries the attempt's marker or writes to its logs; and, where one of them is in the group of
 * its wrapper, all members of that group.
 */
export function sweep(processes: readonly ProcessEntry[], { isMarker, logs, group, isOwnGroup }: Trace): Remains {
  const logPaths = new Set(logs.map(realPathOf));
  const outside: number[] = [];
  const members: number[] = [];
  let isOwn = isOwnGroup === true;
  for (const entry of processes) {
    const isMember = group !== undefined && entry.group === group;
    const isMarked = entry.markers.some(isMarker) || entry.outputs.some((path) => logPaths.has(path));
    if (isMember) {
      members.push(entry.pid);
      isOwn ||= isMarked;
    } else if (isMarked) outside.push(entry.pid);
  }
  if (!isOwn) return { pids: outside, group: undefined, outside, foreign: members };
  return { pids: [...outside, ...members], group: members.length > 0 ? group : undefined, outside, foreign: [] };
}

/** As the system names the file that a descriptor is open on. */
function realPathOf(log: string): string {
  try {
    return realpathSync(log);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return log;
    throw error;
  }
}

/** Snapshots that are shared: whoever asks in the same turn of the event loop gets the same one, taken after all of them asked. */
export interface Snapshots {
  next(): Promise<readonly ProcessEntry[]>;
}

export function sharedSnapshots(table: ProcessTable): Snapshots {
  let coming: Promise<readonly ProcessEntry[]> | undefined;
  return {
    next() {
      coming ??= new Promise<readonly ProcessEntry[]>((resolve, reject) => {
        setImmediate(() => {
          coming = undefined;
          try {
            resolve(table.snapshot());
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        });
      });
      return coming;
    },
  };
}
