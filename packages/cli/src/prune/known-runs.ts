import type { RunSummary } from '@orch/core';
import { isOrchError } from '@orch/core/author';
import type { OrchError } from '@orch/core/author';
import { withPasswordHint } from '../backend/backend-place.ts';
import type { BackendPlace } from '../backend/backend-place.ts';
import { useBackend } from '../backend/open-backend.ts';
import { unlistedRun } from '../run/unlisted-run.ts';
import { openSession } from '../session.ts';
import { say } from '../streams.ts';

/** A run, and where it is kept. */
export interface KnownRun extends RunSummary {
  readonly at: BackendPlace;
}

/** What one backend has. */
export interface Listed {
  readonly at: BackendPlace;
  readonly runs: readonly KnownRun[];
  /** Of each run that can't be listed, why. */
  readonly unreadable: readonly string[];
  /** The ids of these runs. */
  readonly unreadableIds: ReadonlySet<string>;
  /** It could not be asked. */
  readonly away?: OrchError;
}

export async function listRunsAt(at: BackendPlace, stateDir: string | undefined): Promise<Listed> {
  await using session = await openSession({ stateDir, at });
  const unreadable: string[] = [];
  // What a server is warned of hides no run.
  const note = (text: string): void => void (unlistedRun(text) === undefined ? say(text) : unreadable.push(text));
  session.listener = { event: () => {}, note };
  const runs: KnownRun[] = [];
  try {
    for await (const run of session.orchestrator.list()) runs.push({ ...run, at });
    const unreadableIds = unreadable.length === 0 ? new Set<string>() : await unreadableIdsAt(at);
    return { at, runs, unreadable, unreadableIds };
  } catch (thrown) {
    const away = withPasswordHint(at, thrown);
    if (!isOrchError(away)) throw away;
    return { at, runs: [], unreadable, unreadableIds: new Set(), away };
  }
}

function unreadableIdsAt(at: BackendPlace): Promise<ReadonlySet<string>> {
  return useBackend(at, async (backend) => {
    const ids = new Set<string>();
    let cursor: string | undefined;
    do {
      const page = await backend.list({}, cursor);
      for (const { runId } of page.unreadable ?? []) ids.add(runId);
      ({ cursor } = page);
    } while (cursor !== undefined);
    return ids;
  });
}
