import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import type { ProcessEntry, ProcessTable } from './process-table.ts';
import { markerInArguments, markersInLineage } from './wrapper.ts';

/** What is read of a command line: the marker stands before the command, within some 300 bytes. */
const headBytes = 2_048;

/** The processes of Linux, by proc(5). */
export function procTable(): ProcessTable {
  return {
    wrapperMarker: (pid) => markerInArguments(argumentsOf(pid)),
    snapshot() {
      const found: ProcessEntry[] = [];
      for (const name of readdirSync('/proc')) {
        const pid = Number(name);
        if (!(pid > 1) || pid === process.pid) continue;
        const group = groupOfLive(pid);
        if (group !== undefined) found.push({ pid, group, markers: markersOf(pid), outputs: outputsOf(pid) });
      }
      return found;
    },
  };
}

/** The process group; `undefined` for what has ended: a zombie whose threads are gone too. */
function groupOfLive(pid: number): number | undefined {
  const stat = head(`/proc/${pid}/stat`);
  if (stat === '') return undefined;
  // The name of the program stands in brackets and may hold any character.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, , group] = fields;
  if (state === 'X' || (state === 'Z' && Number(fields[17]) <= 1)) return undefined;
  return Number(group);
}

function markersOf(pid: number): readonly string[] {
  const own = markerInArguments(argumentsOf(pid));
  const [, lineage] = /(?:^|\0)ORCH_LINEAGE=([^\0]*)/.exec(whole(`/proc/${pid}/environ`)) ?? [];
  const inherited = lineage === undefined ? [] : markersInLineage(lineage);
  return own === undefined ? inherited : [own, ...inherited];
}

function argumentsOf(pid: number): readonly string[] {
  return head(`/proc/${pid}/cmdline`).split('\0', 5);
}

function outputsOf(pid: number): readonly string[] {
  const [out, err] = [linkOf(`/proc/${pid}/fd/1`), linkOf(`/proc/${pid}/fd/2`)];
  return [out, err].filter((path) => path.startsWith('/'));
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path).replace(/ \(deleted\)$/, '');
  } catch {
    // Gone, or another user's.
    return '';
  }
}

function whole(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // Gone, or another user's.
    return '';
  }
}

const buffer = Buffer.allocUnsafe(headBytes);

function head(path: string): string {
  try {
    const descriptor = openSync(path, 'r');
    try {
      return buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, headBytes, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // Gone.
    return '';
  }
}
