import { isOrchError, orchError } from '../errors/orch-error.ts';
import type { OrchError } from '../errors/orch-error.ts';
import { isTerminal, nameOf } from '../run/state.ts';
import type { RunState } from '../run/state.ts';
import type { Host } from './host.ts';
import { leaseMs, runLost } from './lease.ts';
import { letGoOnError } from './letting-go.ts';
import { readRun, takeOpened } from './open-run.ts';
import type { DeleteOptions } from './options.ts';
import type { EngineParts } from './run-parts.ts';
import { settleAll } from './take-up.ts';

/** Takes a run, ends what still runs of it, and removes its journal. A run that is driven or damaged stays as it is. */
export async function deleteRun(
  engine: EngineParts,
  runId: string,
  { unfinished = false, version }: DeleteOptions,
): Promise<void> {
  const { backend, host } = engine;
  const read = await readRun(engine, runId);
  refuseUnfinished(read.state, unfinished);
  const { state, fence } = await takeOpened(engine, read, false);
  await letGoOnError(engine, runId, fence, async () => {
    // It may have been taken up, and left again, between the look and the taking.
    refuseUnfinished(state, unfinished);
    refuseChanged(state, version);
    const lost = (): OrchError => runLost(runId, 'it was to be deleted');
    if (!isTerminal(state.status)) {
      refuseUnseen(state, host);
      // To whoever slept since the taking, the attempts of a newer owner look like what was left behind.
      if (!(await backend.renew(runId, fence, leaseMs))) throw lost();
      await settleAll(engine.executors, runId, [], { toDelete: true });
    }
    try {
      await backend.delete(runId, fence);
    } catch (error) {
      throw isOrchError(error, 'ORCH_BACKEND_FENCE') ? lost() : error;
    }
  });
}

function refuseUnfinished({ runId, status }: RunState, unfinished: boolean): void {
  if (unfinished || isTerminal(status)) return;
  throw orchError({
    code: 'ORCH_RUN_UNFINISHED',
    message: `Run ${runId} has not ended: it was not deleted.`,
    hint: `Go on with it (orch recover ${runId}), or end it for good (orch cancel ${runId}), and delete it then.`,
  });
}

function refuseChanged({ runId, version }: RunState, seen: number | undefined): void {
  if (seen === undefined || seen === version) return;
  throw orchError({
    code: 'ORCH_RUN_UNFINISHED',
    message: `Run ${runId} was taken up meanwhile: it was not deleted.`,
    hint: `See what became of it: orch show ${runId}`,
  });
}

/** Without its files nobody would ever find what still runs there. */
function refuseUnseen(state: RunState, host: Host): void {
  const phase = state.phases.findIndex((at) => at.status === 'running' && host.look(at.owner) === 'unknown');
  if (phase === -1) return;
  throw orchError({
    code: 'ORCH_RUN_OTHER_HOST',
    message: `Phase ${JSON.stringify(nameOf(state, phase))} of run ${state.runId} was started where it can't be seen from here: the run was not deleted.`,
    hint: `Delete it there; or, once you know that nothing of it runs: orch recover ${state.runId} --other-host`,
  });
}
