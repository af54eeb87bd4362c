import type { RunReport } from '@orch/core';
import { isOrchError, messageOf, orchError, runIdPattern } from '@orch/core/author';
import type { OrchError } from '@orch/core/author';
import { parseBackend } from '../backend/backend-place.ts';
import type { BackendPlace } from '../backend/backend-place.ts';
import { rememberBackend } from '../backend/known-backends.ts';
import { makeBackend } from '../backend/open-backend.ts';
import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { storeSnapshot, takeSnapshot } from '../copy-run.ts';
import type { Snapshot } from '../copy-run.ts';
import { openRun } from '../find-run.ts';
import { wrongUsage } from '../report-error.ts';
import type { Session } from '../session.ts';
import { print, say } from '../streams.ts';
import { count, harmless } from '../view/text.ts';

export interface CopyOptions {
  readonly stateDir?: string;
  readonly backend?: string;
  readonly to: string;
  readonly as?: string;
  readonly json?: boolean;
}

/** Writes a run into another backend, or under another id, as it is; the original stays as it was. */
export async function copy(text: string, { to, as, json = false, ...options }: CopyOptions): Promise<ExitCode> {
  await using found = await openRun(options, text);
  const { session, run } = found;
  const { directory } = session.place;
  const id = as ?? run.runId;
  const at = parseBackend(to, { from: '--to', directory });
  refuseTarget(session, { at, id, runId: run.runId });
  const snapshot = await takeSnapshot(session.orchestrator, run.runId);
  await refuseDriven(session, snapshot);
  await rememberBackend(directory, at);
  await write(at, id, snapshot);
  const { length: events } = snapshot.events;
  if (json)
    await print(
      `${JSON.stringify({ run: id, from: { run: run.runId, backend: session.at.name }, backend: at.name, events })}\n`,
    );
  say(`Run ${run.runId} of ${session.at.name} is run ${id} in ${at.name} now, with all its ${count(events, 'event')}.`);
  say('Both are whole: go on with one of them only. Logs and attempts stay where they are.');
  sayRunning(snapshot.report, id);
  return exitCodes.done;
}

function refuseTarget({ at: from }: Session, { at, id, runId }: { at: BackendPlace; id: string; runId: string }): void {
  if (!runIdPattern.test(id))
    throw orchError({
      code: 'ORCH_RUN_ID_INVALID',
      message: `"${harmless(id)}" cannot be a run id.`,
      hint: 'Use letters, digits, dots, dashes and underscores, and begin with a letter or digit.',
    });
  if (at.name === from.name && id === runId)
    throw wrongUsage({
      message: `Run ${runId} is in ${at.name} already.`,
      hint: 'Name another backend, or --as another id.',
    });
}

/** Rejects where somebody drives the run, or did so while it was read. */
async function refuseDriven({ orchestrator }: Session, { report: { runId, version } }: Snapshot): Promise<void> {
  const now = await orchestrator.show(runId);
  if (now.status !== 'running' && now.version === version) return;
  throw orchError({
    code: 'ORCH_RUN_OWNED',
    message: `Run ${runId} is driven by process ${now.owner?.pid} on ${now.owner?.host}: it changes while it is copied.`,
    hint: 'Wait for its end, or stop it; then copy it.',
  });
}

async function write(at: BackendPlace, id: string, snapshot: Snapshot): Promise<void> {
  const backend = await makeBackend(at, (text) => say(`warning: ${text}`));
  try {
    await backend.open();
    if ((await storeSnapshot(backend, id, snapshot)) === 'created') return;
    throw orchError({
      code: 'ORCH_RUN_EXISTS',
      message: `${at.name} has a run ${id}, or a folder of its attempts, already.`,
      hint: 'Copy it as another run: --as ID',
    });
  } catch (error) {
    throw isOrchError(error, 'ORCH_PLAN_LIMIT') ? tooLarge(at, error) : error;
  } finally {
    await backend.close();
  }
}

function tooLarge({ name }: BackendPlace, cause: OrchError): OrchError {
  return orchError({
    code: 'ORCH_PLAN_LIMIT',
    message: `The journal is larger than what ${name} takes at once: ${messageOf(cause)}`,
    hint: 'Copy it to json:DIR or sqlite:FILE.',
    cause,
  });
}

/** Under another id nobody finds the processes of an attempt again. */
function sayRunning({ runId, phases }: RunReport, id: string): void {
  const names = phases.filter(({ status }) => status === 'running').map(({ name }) => harmless(name));
  if (id === runId || names.length === 0) return;
  say(`warning: commands of run ${runId} may still run, which run ${id} starts anew: ${names.join(', ')}`);
}
