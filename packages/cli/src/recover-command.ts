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

/** The command line that takes a run up again. `failure`: why it failed, where that decides how it can go on. */
export function recoverCommand(runId: string, found: RunPlace, failure?: string): string {
  return `orch recover ${runId}${runFlags(found)}${failure === 'timeout' ? ' --plan FILE' : ''}`;
}

/** What stands before it. The timeout of a run counts from its start: by the same plan it ends at once, each time. */
export function goOnLabel(failure: string | undefined): string {
  return failure === 'timeout' ? 'To go on, by a plan with a longer timeout' : 'To go on';
}
