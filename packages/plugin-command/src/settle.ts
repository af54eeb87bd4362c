import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SettleOptions } from '@orch/core/author';
import { makeFolder } from '@orch/core/node';
import { artifactsFolder, attemptsFolder, filesAt } from './attempt-files.ts';
import type { AttemptFiles } from './attempt-files.ts';
import { examine } from './examine.ts';
import type { ExecutorParts } from './executor-parts.ts';
import { attemptsIn, unknownOf } from './forgotten-attempts.ts';
import { unmarkForRemoval } from './removal.ts';
import { endProcesses } from './stop.ts';
import { traceOf } from './sweep.ts';
import { isOfRun, shortKeyIn } from './wrapper.ts';

const graceMs = 5_000;

interface Settling extends SettleOptions {
  readonly knownKeys: ReadonlySet<string>;
}

/**
 * Makes the folders of a run, here and nowhere else: a deleted run must not come back, and one that is about to be
 * deleted stays marked. Then claims and stops every attempt whose key the journal does not know: a power cut or a
 * failover may have cost it its tail.
 */
export async function settleRun(
  parts: ExecutorParts,
  runId: string,
  { knownKeys, toDelete = false }: Settling,
): Promise<void> {
  if (!toDelete) {
    makeFolders(parts.directory, runId);
    unmarkForRemoval(parts.directory, runId);
  }
  const folder = attemptsFolder(parts.directory, runId);
  await Promise.all(
    unknownOf(attemptsIn(folder), knownKeys).map(({ prefix, shortKey }) => {
      // Only the beginning of its key is known.
      const isMarker = (marker: string): boolean => shortKeyIn(marker) === shortKey && isOfRun(runId, marker);
      return settleAttempt(parts, filesAt(join(folder, prefix)), isMarker);
    }),
  );
}

async function settleAttempt(
  parts: ExecutorParts,
  files: AttemptFiles,
  isMarker: (marker: string) => boolean,
): Promise<void> {
  const { clock, snapshots } = parts;
  const verdict = await examine({ files, isMarker, ...parts });
  if (verdict.found !== 'running' && verdict.found !== 'orphans') return;
  const trace = verdict.found === 'orphans' ? verdict.trace : traceOf({ files, isMarker }, verdict.pid);
  const { left } = await endProcesses({ trace, graceMs, kill: new AbortController().signal, clock, snapshots });
  if (left.length > 0) throw new Error(`processes of a forgotten attempt could not be ended: ${left.join(', ')}`);
}

function makeFolders(directory: string, runId: string): void {
  // Where the state folder itself is new, no backend has made it, nor its own ignore file.
  const isNew = !existsSync(directory) && makeFolder(directory);
  makeFolder(attemptsFolder(directory, runId));
  makeFolder(artifactsFolder(directory, runId));
  if (isNew) writeFileSync(join(directory, '.gitignore'), '*\n', { flag: 'wx' });
}
