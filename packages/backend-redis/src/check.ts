import { isOrchError } from '@orch/core/author';
import type { ErrorCode, StateFinding } from '@orch/core/author';
import type { Access } from './access.ts';
import { readEvents } from './history.ts';
import { readMessages } from './inbox.ts';
import { listRuns } from './run-list.ts';

/** Reads every journal and inbox. Changes nothing. */
export async function checkRuns(access: Access): Promise<readonly StateFinding[]> {
  const findings: StateFinding[] = [];
  const listed = new Set<string>();
  for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
    const page = await listRuns(access, {}, cursor);
    for (const { runId } of [...page.runs, ...(page.unreadable ?? [])]) listed.add(runId);
    for (const { runId, error } of page.unreadable ?? []) findings.push(...findingOf(runId, error));
    cursor = page.cursor;
  }
  const stored = await storedRuns(access);
  for (const run of stored) if (!listed.has(run)) findings.push(unlisted(access, run));
  const damaged = new Set(findings.filter(({ severity }) => severity === 'error').map(({ run }) => run));
  for (const run of new Set([...listed, ...stored].toSorted()))
    if (!damaged.has(run)) findings.push(...(await checkRun(access, run)));
  return findings;
}

/** Runs that have a head, whether the index names them or not. */
async function storedRuns(access: Access): Promise<readonly string[]> {
  const { connection, keys } = access;
  const heads = new Set<string>();
  let cursor = '0';
  do {
    const [next, found] = await connection.call((redis) => redis.scan(cursor, 'MATCH', keys.anyHead, 'COUNT', 1_000));
    for (const head of found) heads.add(head);
    cursor = next;
  } while (cursor !== '0');
  const runs: string[] = [];
  for (const head of heads) if (await isRun(access, head)) runs.push(keys.runOf(head));
  return runs.toSorted();
}

/** A deleted run leaves its epoch; a key of another type is somebody else's. */
async function isRun({ connection }: Access, head: string): Promise<boolean> {
  if ((await connection.call((redis) => redis.type(head))) !== 'hash') return false;
  return (await connection.call((redis) => redis.hexists(head, 'version'))) === 1;
}

async function checkRun(access: Access, run: string): Promise<readonly StateFinding[]> {
  try {
    for await (const _events of readEvents(access, run, 0));
    await readMessages(access, run);
    return [];
  } catch (error) {
    return findingOf(run, error);
  }
}

/** An error that readers and take-ups have too. One that was deleted meanwhile is no finding. */
function findingOf(run: string, error: unknown): readonly StateFinding[] {
  if (!isOrchError(error) || error.code === 'ORCH_BACKEND_UNAVAILABLE' || error.code === 'ORCH_BACKEND_CLOSED')
    throw error;
  if (error.code === 'ORCH_RUN_UNKNOWN') return [];
  const { code, message, hint } = error;
  return [{ code: code as ErrorCode, severity: 'error', run, message, ...(hint === undefined ? {} : { hint }) }];
}

function unlisted({ keys }: Access, run: string): StateFinding {
  return {
    code: 'ORCH_STATE_SUMMARY',
    severity: 'warning',
    run,
    message: `${keys.runs} does not name run ${run}: it is not listed.`,
    hint: `The run itself is there. The next take-up lists it again: orch recover ${run}`,
  };
}
