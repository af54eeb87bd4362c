import { isOrchError, messageOf } from '../errors/orch-error.ts';
import type { Fence } from '../run/owner.ts';
import { leaseMs } from './lease.ts';
import type { EngineParts } from './run-parts.ts';

/**
 * Lets go of a run. A backend that fails here takes nothing from the outcome, which is committed: it is told, and the
 * taking is remembered, for as long as this process lives nobody else may take the run from it.
 */
export async function letGo(engine: EngineParts, runId: string, fence: Fence): Promise<void> {
  try {
    await engine.backend.release(runId, fence);
  } catch (error) {
    engine.leftTokens.set(runId, fence.token);
    engine.log.warn(`run ${runId} could not be let go: ${messageOf(error)}`);
  }
}

/** Lets go of a run that could not be opened, and says why it could not. */
export async function letGoOnError<T>(
  engine: EngineParts,
  runId: string,
  fence: Fence,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await letGo(engine, runId, fence);
    throw error;
  }
}

/** Remembers a taking whose fate is unknown, or that was left without being let go; not one that was lost. */
export function rememberToken({ leftTokens }: EngineParts, runId: string, token: string, why: unknown): void {
  if (!isOrchError(why, 'ORCH_RUN_LOST') && !isOrchError(why, 'ORCH_RUN_OWNED')) leftTokens.set(runId, token);
}

/** Gives back a run that this process still holds from an earlier time, but does not drive. */
export async function giveBack({ backend, host, leftTokens }: EngineParts, runId: string): Promise<void> {
  const token = leftTokens.get(runId);
  if (token === undefined) return;
  try {
    const answer = await backend.acquire(runId, { owner: host.owner, token, ttlMs: leaseMs });
    if (answer.status === 'held') await backend.release(runId, answer.fence);
  } catch (error) {
    // Its creation failed before there was anything to hold.
    if (!isOrchError(error, 'ORCH_RUN_UNKNOWN')) throw error;
  }
  leftTokens.delete(runId);
}

/** The same for all of them, as well as it goes. */
export async function giveBackAll(engine: EngineParts): Promise<void> {
  for (const runId of engine.leftTokens.keys())
    await giveBack(engine, runId).catch((error: unknown) =>
      engine.log.warn(`run ${runId} could not be let go: ${messageOf(error)}`),
    );
}
