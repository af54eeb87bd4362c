import type { RunFilter, RunPage, RunSummary, UnreadableRun } from '@orch/core/author';
import type { Redis } from 'ioredis';
import type { Access } from './access.ts';
import { readSummary } from './summary.ts';

const pageSize = 1_000;

/** A place in the list that stays while runs come and go: members of one time are in order of bytes, which is that of ids. */
interface Position {
  readonly score: number;
  readonly member: string;
}

/** A place in the index: `<run> <token of its creator>`. What was not made, or is deleted, has left a member at most. */
export function memberOf(run: string, token: string): string {
  return `${run} ${token}`;
}

export async function listRuns(access: Access, { workflow, status }: RunFilter, cursor?: string): Promise<RunPage> {
  const runs: RunSummary[] = [];
  const unreadable: UnreadableRun[] = [];
  for await (const found of foundRuns(access, cursor)) {
    if (found.summary === undefined) {
      if (cursor === undefined) unreadable.push({ runId: found.runId, error: found.error });
      continue;
    }
    const { summary } = found;
    if (workflow !== undefined && summary.workflow !== workflow) continue;
    if (status !== undefined && summary.status !== status) continue;
    if (runs.length === pageSize) return { runs, cursor: cursorOf(runs.at(-1)), ...named(unreadable) };
    runs.push(summary);
  }
  return { runs, ...named(unreadable) };
}

function named(unreadable: readonly UnreadableRun[]): Pick<RunPage, 'unreadable'> {
  return unreadable.length === 0 ? {} : { unreadable };
}

function cursorOf(last: RunSummary | undefined): string {
  return JSON.stringify([last?.createdAt, last?.runId]);
}

type FoundRun =
  | { readonly runId: string; readonly summary: RunSummary; readonly error?: undefined }
  | { readonly runId: string; readonly summary?: undefined; readonly error: Error };

async function* foundRuns(access: Access, cursor?: string): AsyncIterable<FoundRun> {
  for await (const members of membersAfter(access, cursor === undefined ? undefined : positionOf(cursor))) {
    const heads = await access.connection.call((redis) =>
      Promise.all(members.map((member) => headOf(access, redis, member))),
    );
    for (const [index, head] of heads.entries()) {
      const [runId = '', token] = members[index]!.split(' ');
      if (head instanceof Error) yield { runId, error: access.damaged(runId, head.message) };
      else if (head[0] !== null && head[1] === token) yield readHead(access, runId, head);
    }
  }
}

type Head = readonly (string | null)[];

/** An error of one run hides no other. */
async function headOf(access: Access, redis: Redis, member: string): Promise<Head | Error> {
  const key = access.keys.head(member.slice(0, member.indexOf(' ')));
  try {
    return await redis.hmget(key, 'version', 'token', 'base', 'state');
  } catch (error) {
    if (error instanceof Error && access.foreign('', error) !== undefined) return error;
    throw error;
  }
}

function readHead(access: Access, runId: string, [, , base, state]: Head): FoundRun {
  try {
    return { runId, summary: readSummary(runId, { base: base ?? '', state: state ?? '' }) };
  } catch {
    return { runId, error: access.damaged(runId, 'its head holds no summary') };
  }
}

/** The last member of a page, or one that sorts like it: behind all of its id. */
function positionOf(cursor: string): Position {
  const [createdAt, run] = JSON.parse(cursor) as readonly [number, string];
  return { score: -createdAt, member: memberOf(run, '\u{10ffff}') };
}

/** All members behind a place, some at a time, in their order. */
async function* membersAfter(access: Access, position?: Position): AsyncIterable<readonly string[]> {
  let last = position;
  for (let count = pageSize + 1; ;) {
    const from = last?.score ?? '-inf';
    const flat = await access.connection.call((redis) =>
      redis.zrangebyscore(access.keys.runs, from, '+inf', 'WITHSCORES', 'LIMIT', 0, count),
    );
    const found: Position[] = [];
    for (let index = 0; index < flat.length; index += 2)
      found.push({ member: flat[index]!, score: Number(flat[index + 1]) });
    const fresh = found.filter((one) => last === undefined || comesAfter(one, last));
    if (fresh.length > 0) yield fresh.map(({ member }) => member);
    if (found.length < count) return;
    // Nothing but what was seen: more runs of one time than are fetched at a time.
    if (fresh.length === 0) count *= 2;
    last = fresh.at(-1) ?? last;
  }
}

function comesAfter(one: Position, other: Position): boolean {
  return one.score === other.score ? one.member > other.member : one.score > other.score;
}
