import { isOrchError } from '../errors/orch-error.ts';
import type { OrchError } from '../errors/orch-error.ts';
import type { ErrorCode } from '../errors/codes.ts';
import type { StateFinding } from '../backend/state-finding.ts';
import { readRun } from './open-run.ts';
import type { EngineParts } from './run-parts.ts';

/**
 * What is wrong with stored runs, and what is noteworthy: what the backend finds, then every journal replayed as a
 * take-up would. Changes nothing, takes nothing.
 */
export async function checkState(engine: EngineParts): Promise<readonly StateFinding[]> {
  const { backend } = engine;
  const findings = [...((await backend.check?.()) ?? [])];
  // One that the backend has found to be damaged needs no second finding.
  const damaged = new Set(findings.filter(({ severity }) => severity === 'error').map(({ run }) => run));
  for await (const run of runIds(engine)) {
    if (damaged.has(run)) continue;
    const error = await replayError(engine, run);
    if (error !== undefined) findings.push(findingOf(error, run));
  }
  return findings;
}

async function* runIds({ backend }: EngineParts): AsyncIterable<string> {
  let cursor: string | undefined;
  do {
    const page = await backend.list({}, cursor);
    for (const { runId } of [...(page.unreadable ?? []), ...page.runs]) yield runId;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** Why a journal can't be replayed; a run that was deleted meanwhile is no finding. */
async function replayError(engine: EngineParts, run: string): Promise<OrchError | undefined> {
  try {
    await readRun(engine, run);
    return undefined;
  } catch (error) {
    if (!isOrchError(error)) throw error;
    return error.code === 'ORCH_RUN_UNKNOWN' ? undefined : error;
  }
}

function findingOf(error: OrchError, run: string): StateFinding {
  const { code, message, hint } = error;
  const place = 'file' in error && 'offset' in error ? { file: String(error.file), offset: Number(error.offset) } : {};
  return {
    code: code as ErrorCode,
    severity: 'error',
    run,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...place,
  };
}
