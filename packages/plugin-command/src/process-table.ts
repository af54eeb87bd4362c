import { existsSync } from 'node:fs';
import { procTable } from './proc-table.ts';
import { psTable } from './ps-table.ts';

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
  /** The marker of the wrapper that runs as this pid. A zombie and a stranger are no wrapper. */
  wrapperMarker(pid: number): string | undefined;
  /** All live processes but this one. Reads much: some 15 ms of CPU for 400 processes. */
  snapshot(): readonly ProcessEntry[];
}

/** Linux has `/proc`; elsewhere `ps` has to do. */
export function systemProcessTable(): ProcessTable {
  return existsSync('/proc/self/stat') ? procTable() : psTable();
}
