import { existsSync } from 'node:fs';
import { procTable } from './proc-table.ts';
import { canAskPs, psTable } from './ps-table.ts';

/** A live process (a zombie is none), as far as it concerns attempts. */
export interface ProcessEntry {
  readonly pid: number;
  readonly group: number;
  /** Of the attempts that it belongs to, by its command line or its environment. */
  readonly markers: readonly string[];
  /** The files that its stdout and stderr go to, where the system says so. */
  readonly outputs: readonly string[];
}

/** The processes of this machine, as far as they can be seen. */
export interface ProcessTable {
  /** No process can be seen: what is not found may be there all the same. */
  readonly isBlind?: boolean | undefined;
  /** The marker of the wrapper that runs as this pid. A zombie and a stranger are no wrapper. */
  wrapperMarker(pid: number): string | undefined;
  /** All live processes but this one. Reads much: some 15 ms of CPU for 400 processes. */
  snapshot(): readonly ProcessEntry[];
}

/**
 * How processes of commands can be seen here: by `/proc`, as on Linux; by `ps`, as on macOS; or not at all. Then nothing is
 * adopted: what still ran when orch died counts as interrupted.
 */
export type ProcessSight = 'proc' | 'ps' | 'none';

export function processSight(platform: string = process.platform): ProcessSight {
  if (existsSync('/proc/self/stat')) return 'proc';
  // On Linux it is a fault that has to be told, not a system that has none.
  return platform === 'linux' || canAskPs() ? 'ps' : 'none';
}

/** Which there is on this system is asked when it is first needed. */
export function systemProcessTable(sight: () => ProcessSight = processSight): ProcessTable {
  let found: ProcessTable | undefined;
  const table = (): ProcessTable => (found ??= tables[sight()]());
  return {
    get isBlind() {
      return table().isBlind;
    },
    wrapperMarker: (pid) => table().wrapperMarker(pid),
    snapshot: () => table().snapshot(),
  };
}

const tables: Readonly<Record<ProcessSight, () => ProcessTable>> = {
  proc: procTable,
  ps: psTable,
  none: () => ({ isBlind: true, wrapperMarker: () => undefined, snapshot: () => [] }),
};
