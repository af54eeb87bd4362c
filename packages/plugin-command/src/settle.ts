import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { artifactsFolder, attemptsFolder, filesAt, readFileName } from './attempt-files.ts';
import type { AttemptFiles } from './attempt-files.ts';
import { examine } from './examine.ts';
import type { ExecutorParts } from './executor-parts.ts';
import { endProcesses } from './stop.ts';
import { markerOf, shortKey } from './wrapper.ts';

const graceMs = 5_000;

/**
 * Makes the folders of a run, here and nowhere else: a deleted run must not come back. Then claims and stops every
 * attempt whose key the journal does not know: a power cut or a failover may have cost it its tail.
 */
export async function settleRun(parts: ExecutorParts, runId: string, knownKeys: ReadonlySet<string>): Promise<void> {
  makeFolders(parts.directory, runId);
  const folder = attemptsFolder(parts.directory, runId);
  const known = new Set(Array.from(knownKeys, (key) => shortKey(markerOf(key))));
  const unknown = new Map<string, string>();
  for (const name of readdirSync(folder)) {
    const read = readFileName(name);
    if (read !== undefined && !known.has(read.shortKey)) unknown.set(read.prefix, read.shortKey);
  }
  await Promise.all(Array.from(unknown, ([prefix, key]) => settleAttempt(parts, filesAt(join(folder, prefix)), key)));
}

/** Only the beginning of its key is known. */
async function settleAttempt(parts: ExecutorParts, files: AttemptFiles, key: string): Promise<void> {
  const isMarker = (marker: string): boolean => shortKey(marker) === key;
  const { clock, snapshots } = parts;
  const verdict = await examine({ files, isMarker, ...parts });
  if (verdict.found !== 'running' && verdict.found !== 'orphans') return;
  const trace = verdict.found === 'orphans' ? verdict.trace : { isMarker, log: files.log, group: verdict.pid };
  const { left } = await endProcesses({ trace, graceMs, kill: new AbortController().signal, clock, snapshots });
  if (left.length > 0) throw new Error(`processes of a forgotten attempt could not be ended: ${left.join(', ')}`);
}

function makeFolders(directory: string, runId: string): void {
  const first = mkdirSync(attemptsFolder(directory, runId), { recursive: true, mode: 0o700 });
  mkdirSync(artifactsFolder(directory, runId), { recursive: true, mode: 0o700 });
  // Where the state folder itself is new, no backend has made it, nor its own ignore file.
  const isNew = first !== undefined && `${directory}${sep}`.startsWith(`${first}${sep}`);
  if (isNew) writeFileSync(join(directory, '.gitignore'), '*\n', { flag: 'wx' });
}
