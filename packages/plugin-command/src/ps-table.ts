import { spawnSync } from 'node:child_process';
import type { ProcessEntry, ProcessTable } from './process-table.ts';
import { markersInLineage } from './wrapper.ts';

/**
 * The processes of a system without `/proc`, by `ps`. It tells wrappers by their command line; what a dead wrapper left
 * behind only where `ps` shows environments (macOS, of the same user). Outputs it can't tell.
 */
export function psTable(platform: string = process.platform): ProcessTable {
  const columns = [
    '-ww',
    ...(platform === 'darwin' ? ['-E'] : []),
    '-o',
    'pid=',
    '-o',
    'pgid=',
    '-o',
    'stat=',
    '-o',
    'args=',
  ];
  return {
    wrapperMarker(pid) {
      const [line] = ps(['-p', String(pid), ...columns]);
      return line === undefined ? undefined : wrapperIn(line);
    },
    snapshot() {
      return ps(['-A', ...columns]).flatMap(entryOf);
    },
  };
}

const row = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/;

function entryOf(line: string): ProcessEntry[] {
  const [, pid, group, state, text] = row.exec(line) ?? [];
  if (text === undefined || state?.startsWith('Z') === true || Number(pid) === process.pid) return [];
  const own = wrapperIn(line);
  const [, lineage = ''] = /\bORCH_LINEAGE=(\S*)/.exec(text) ?? [];
  const inherited = markersInLineage(lineage);
  return [
    {
      pid: Number(pid),
      group: Number(group),
      markers: own === undefined ? inherited : [own, ...inherited],
      outputs: [],
    },
  ];
}

/** The wrapper's text ends in `exit "$1"`, then comes its marker, then the state file. */
function wrapperIn(line: string): string | undefined {
  const [, , , state = 'Z', text = ''] = row.exec(line) ?? [];
  return state.startsWith('Z') ? undefined : /exit "\$1" (orch-\S+) /.exec(text)?.[1];
}

export function canAskPs(): boolean {
  return spawnSync('ps', ['-p', String(process.pid)], { stdio: 'ignore' }).status === 0;
}

function ps(args: readonly string[]): string[] {
  const { stdout, error } = spawnSync('ps', args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (error !== undefined) throw error;
  return stdout.split('\n').filter((line) => line !== '');
}
