import { abandon, readState } from './attempt-state.ts';
import type { AttemptFiles } from './attempt-files.ts';
import type { ProcessTable } from './process-table.ts';
import { sweep, traceOf } from './sweep.ts';
import type { Snapshots, Trace } from './sweep.ts';

/** What became of an attempt whose orch is gone. */
export type Verdict =
  /** And nobody can start it any more. */
  | { readonly found: 'never-started' }
  | { readonly found: 'finished'; readonly pid: number | undefined; readonly exitCode: number }
  /** `pid`: of the wrapper, once it has written it. */
  | { readonly found: 'running'; readonly pid?: number }
  /** The wrapper was killed, its command lives. */
  | { readonly found: 'orphans'; readonly trace: Trace }
  | { readonly found: 'interrupted'; readonly foreign: readonly number[] };

export interface Examination {
  readonly files: AttemptFiles;
  readonly isMarker: (marker: string) => boolean;
  readonly table: ProcessTable;
  readonly snapshots: Snapshots;
}

/** Decides what became of an attempt. Claims it where nobody did; starts nothing, signals nothing. */
export async function examine(request: Examination): Promise<Verdict> {
  const { files, isMarker, table } = request;
  for (;;) {
    const state = readState(files.state, isMarker);
    if (state.kind === 'abandoned') return examineUnclaimed(request);
    if (state.kind === 'absent') {
      // The folder is the claim: no late wrapper can pass it.
      if (abandon(files.state)) return examineUnclaimed(request);
      if (readState(files.state, isMarker).kind === 'absent')
        throw new Error(`${files.state} is a link that leads nowhere.`);
      continue;
    }
    const { pid, exitCode } = state;
    if (exitCode !== undefined) return { found: 'finished', pid, exitCode };
    if (pid !== undefined && isWrapper(table, pid, isMarker)) return { found: 'running', pid };
    const verdict = await examineWithoutWrapper(request, pid);
    if (verdict !== undefined) return verdict;
  }
}

/** Nobody can claim it any more. Processes that carry its marker all the same lost its files while they ran. */
async function examineUnclaimed({ files, isMarker, snapshots }: Examination): Promise<Verdict> {
  const trace = traceOf({ files, isMarker }, undefined);
  // Twice: a process that is being forked can be missed by one look.
  for (let look = 0; look < 2; look++)
    if (sweep(await snapshots.next(), trace).pids.length > 0) return { found: 'orphans', trace };
  return { found: 'never-started' };
}

/** No wrapper was seen under the pid, or there is no pid yet. `undefined`: the state changed, look again. */
async function examineWithoutWrapper(request: Examination, pid: number | undefined): Promise<Verdict | undefined> {
  const { files, isMarker, snapshots } = request;
  const trace = traceOf({ files, isMarker }, pid);
  let foreign: readonly number[] = [];
  // It may have ended between the two looks: the exit line comes before the end.
  if (pid !== undefined && hasChanged(request, pid)) return undefined;
  // Twice: a process that is being forked can be missed by one look.
  for (let look = 0; look < 2; look++) {
    const remains = sweep(await snapshots.next(), trace);
    if (remains.pids.length > 0) return pid === undefined ? { found: 'running' } : { found: 'orphans', trace };
    if (pid === undefined && hasChanged(request, pid)) return undefined;
    foreign = remains.foreign;
  }
  return { found: 'interrupted', foreign };
}

function hasChanged({ files, isMarker }: Examination, pid: number | undefined): boolean {
  const state = readState(files.state, isMarker);
  return state.kind !== 'claimed' || state.exitCode !== undefined || state.pid !== pid;
}

function isWrapper(table: ProcessTable, pid: number, isMarker: (marker: string) => boolean): boolean {
  const marker = table.wrapperMarker(pid);
  return marker !== undefined && isMarker(marker);
}
