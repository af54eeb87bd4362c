import { isKnownBackend } from './backend/known-backends.ts';
import type { BackendPlace } from './backend/backend-place.ts';
import type { StatePlace } from './state-place.ts';
import { shellWord } from './view/text.ts';

export interface RunPlace {
  readonly place: StatePlace;
  readonly at: BackendPlace;
}

/** What a command line has to add to find a run again from the same folder: no more than it needs. */
export function runFlags({ place, at }: RunPlace): string {
  const backend = isKnownBackend(place.directory, at) ? '' : ` --backend ${shellWord(at.name)}`;
  return `${place.flag}${backend}`;
}

/** The command line that takes a run up again. */
export function recoverCommand(runId: string, found: RunPlace): string {
  return `orch recover ${runId}${runFlags(found)}`;
}
