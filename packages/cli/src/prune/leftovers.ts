import { rmSync } from 'node:fs';
import { finishRemoval, unfinishedRemovals } from '@orch/backend-json';
import { markedFolders, removeMarked } from '@orch/plugin-command';
import type { Listed } from './known-runs.ts';
import { bytesOnDisk, makeRemovable } from './run-files.ts';

/** What a removal left that was killed. */
export interface Leftover {
  readonly path: string;
  readonly bytes: number;
  readonly remove: () => void;
}

export interface LeftoverPlace {
  /** The state folder. */
  readonly directory: string;
  /** The backends that are looked after. */
  readonly asked: readonly Listed[];
  /** All that runs of the state folder may be in. */
  readonly known: readonly Listed[];
  /** There may be more that are not known. */
  readonly isUnsure: boolean;
}

/** Logs that are marked to go count only where every backend says that their run is gone. */
export function leftoversIn({ directory, asked, known, isUnsure }: LeftoverPlace): readonly Leftover[] {
  const removals = asked
    .filter(({ at, away }) => at.kind === 'json' && away === undefined)
    .flatMap(({ at }) => unfinishedRemovals(at.address))
    .map((path): [string, () => void] => [path, () => finishRemoval(path)]);
  const found = new Map<string, () => void>(removals);
  const isTold = !isUnsure && known.every(({ away }) => away === undefined);
  // What could not be listed is a run too: logs of its id stay.
  const there = new Set(known.flatMap(({ runs, unreadable }) => [...runs, ...unreadable].map(({ runId }) => runId)));
  for (const { path, runId } of markedFolders(directory)) {
    if (found.has(path)) continue;
    if (runId === undefined) found.set(path, () => rmSync(path, { recursive: true, force: true }));
    else if (isTold && !there.has(runId)) found.set(path, () => removeMarked(directory, runId));
  }
  return Array.from(found, ([path, remove]) => ({
    path,
    bytes: bytesOnDisk(path),
    remove: () => {
      makeRemovable(path);
      remove();
    },
  }));
}
