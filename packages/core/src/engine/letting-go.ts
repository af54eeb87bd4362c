import { isOrchError, messageOf } from '../errors/orch-error.ts';
import type { Fence, Owner } from '../run/owner.ts';
import { leaseMs } from './lease.ts';
import type { EngineParts } from './run-parts.ts';

/** Of each run: more failures than these are no blip. */
const rememberedTokens = 16;

/**
 * Lets go of a run. A backend that fails here takes nothing from the outcome, which is committed: it is told, and the
 * taking is remembered: as long as this process lives nobody else may take the run from it.
 */
export async function letGo(engine: EngineParts, runId: string, fence: Fence): Promise<void> {
  try {
    await engine.backend.release(runId, fence);
  } catch (error) {
    rememberToken(engine, runId, fence.token);
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

/**
 * Remembers a taking whose fate is unknown, or that was left without being let go; not one that was lost. It stays
 * remembered: what was sent may arrive late.
 */
export function rememberToken({ leftTokens }: EngineParts, runId: string, token: string, why?: unknown): void {
  if (isOrchError(why, 'ORCH_RUN_LOST') || isOrchError(why, 'ORCH_RUN_OWNED')) return;
  const tokens = [...(leftTokens.get(runId) ?? []), token];
  leftTokens.set(runId, tokens.slice(-rememberedTokens));
}

/** Gives back a run that this process holds from an earlier time, but does not drive. */
export async function giveBack({ backend, host, leftTokens }: EngineParts, runId: string): Promise<void> {
  for (const token of leftTokens.get(runId) ?? []) {
    const holder = await backend.holder(runId);
    if (holder === undefined || !isSame(holder.by, host.owner)) return;
    const answer = await backend.acquire(runId, { owner: host.owner, token, ttlMs: leaseMs });
    if (answer.status === 'held') await backend.release(runId, answer.fence);
  }
}

/** The same for all of them, as well as it goes. */
export async function giveBackAll(engine: EngineParts): Promise<void> {
  for (const runId of engine.leftTokens.keys())
    await giveBack(engine, runId).catch((error: unknown) =>
      engine.log.warn(`run ${runId} could not be let go: ${messageOf(error)}`),
    );
}

function isSame(a: Owner, b: Owner): boolean {
  return (
    a.machine === b.machine &&
    a.boot === b.boot &&
    a.namespace === b.namespace &&
    a.pid === b.pid &&
    a.startTime === b.startTime
  );
}
