import { notHeld, orchError } from '@orch/core/author';
import type {
  Acquired,
  Appended,
  Backend,
  Clock,
  Commit,
  Created,
  Fence,
  Holder,
  Message,
  OrchError,
  Owner,
  RunEvent,
  RunSummary,
  Taking,
} from '@orch/core/author';
import { Access } from './access.ts';
import { Changes } from './changes.ts';
import { checkRuns } from './check.ts';
import { readEvents } from './history.ts';
import { payloadOf } from './record.ts';
import { readMessages } from './inbox.ts';
import { listRuns, memberOf } from './run-list.ts';
import {
  acquireScript,
  appendScript,
  createScript,
  deleteScript,
  holderScript,
  lookScript,
  postScript,
  releaseScript,
  renewScript,
  run as runScript,
} from './scripts.ts';
import type { Answer } from './scripts.ts';
import type { Settings } from './settings.ts';
import { storeSummary } from './summary.ts';

/** The largest first commit: a plan and all that belongs to it. Redis holds all in memory, and sends it to replicas at once. */
const mostFirstBytes = 16 * 2 ** 20;

export function makeRedisBackend(settings: Settings, clock: Clock): Backend {
  const access = new Access(settings, clock);
  const changes = new Changes(access.connection);
  return {
    name: 'redis',
    contract: 1,
    open: () => access.connection.open(),
    async close() {
      access.connection.close();
      changes.close();
    },
    create: (run, first) => create(access, run, first),
    append: (run, commit) => append(access, run, commit),
    read: (run, { after = 0 } = {}) => readEvents(access, run, after),
    list: (filter, cursor) => listRuns(access, filter, cursor),
    acquire: (run, taking) => acquire(access, run, taking),
    holder: (run) => holder(access, run),
    renew: (run, fence, ttlMs) => renew(access, run, { fence, ttlMs }),
    release: (run, fence) => release(access, run, fence),
    post: (run, message) => post(access, run, message),
    messages: (run) => readMessages(access, run),
    async changed(run, after, signal) {
      access.connection.checkOpen();
      await changes.wait(access.keys.head(run), signal, () => isThere(access, run, after));
    },
    check: () => checkRuns(access),
    delete: (run, fence) => remove(access, run, fence),
  };
}

type First = Taking & { readonly events: readonly RunEvent[]; readonly summary: RunSummary };

/** First into the index, then the run itself: what is cut off in between is not listed, for it has no head. */
async function create(access: Access, run: string, { events, summary, ...taking }: First): Promise<Created> {
  const { keys, known } = access;
  const { owner, token, ttlMs } = taking;
  // The epoch is not known yet, so that no event leaves its own out.
  const payload = payloadOf({ events, expectedVersion: 0, fence: { epoch: 0 } });
  if (Buffer.byteLength(payload) > mostFirstBytes) throw tooLarge(run, payload);
  const { base, state } = storeSummary(summary);
  const args = [token, JSON.stringify(owner), ttlMs, events.length, payload, state, base, run];
  const member = memberOf(run, token);
  const answer = await access.connection.call(
    async (redis) => {
      const sent = [
        redis.zadd(keys.runs, -summary.createdAt, member),
        runScript(redis, createScript, [keys.head(run), keys.journal(run)], ...args),
      ] as const;
      return (await Promise.all(sent))[1];
    },
    (error) => access.foreign(run, error),
  );
  if (answer[0] !== 'created') await access.connection.call((redis) => redis.zrem(keys.runs, member));
  if (answer[0] === 'exists') return { status: 'exists' };
  if (answer[0] !== 'created') throw access.refused(run, answer);
  const fence = { epoch: Number(answer[1]), token };
  if (known.under(run, fence) === undefined) known.set(run, { fence, version: events.length, base });
  return { status: 'created', fence };
}

/** One call, one script. Sent again it does nothing, and answers as the first time. */
async function append(access: Access, run: string, commit: Commit): Promise<Appended> {
  const { keys, known, connection } = access;
  const { fence, expectedVersion, events, summary, flush, handled = [] } = commit;
  const reached = expectedVersion + events.length;
  const { base, state } = storeSummary(summary);
  const before = known.under(run, fence);
  const answer = await access.script(
    run,
    appendScript,
    handled.length === 0
      ? [keys.head(run), keys.journal(run)]
      : [keys.head(run), keys.journal(run), keys.inbox(run), keys.messages(run)],
    fence.epoch,
    fence.token,
    expectedVersion,
    reached,
    payloadOf(commit),
    state,
    before?.base === base ? '' : base,
    before?.version ?? 0,
    ...handled.map((id) => JSON.stringify(id)),
  );
  if (flush) connection.warnOfFlush();
  access.checkAgainst(run, fence, answer);
  const [word, epoch, version] = answer;
  switch (word) {
    case 'ok':
      known.reached(run, fence, { version: reached, base });
      return { status: 'ok' };
    case 'conflict':
      return { status: 'conflict', version: Number(version) };
    case 'lost':
      known.forget(run, fence);
      return { status: 'lost-lease', epoch: Number(epoch) };
    case 'fence':
      throw notHeld(run, fence.epoch);
    case 'other':
      throw access.damaged(run, `epoch ${fence.epoch} sent that commit again with other events`, expectedVersion);
    default:
      throw access.refused(run, answer);
  }
}

async function acquire(access: Access, run: string, taking: Taking): Promise<Acquired> {
  const { keys, known, connection } = access;
  const { owner, token, ttlMs, overEpoch = '', ifExpired = false } = taking;
  const args = [token, JSON.stringify(owner), ttlMs, overEpoch, ifExpired ? 1 : ''];
  const answer = await access.script(run, acquireScript, [keys.head(run)], ...args);
  if (answer[0] === 'taken') return { status: 'taken', ...holderOf(answer) };
  if (answer[0] !== 'held') throw access.refused(run, answer);
  const [, epoch, version, base, creator] = answer;
  const fence = { epoch: Number(epoch), token };
  access.checkAgainst(run, fence, answer);
  known.set(run, { fence, version: Number(version), base: String(base) });
  // An index that was lost is made again by those who drive its runs.
  const createdAt = createdAtOf(String(base));
  if (createdAt !== undefined)
    await connection.call((redis) => redis.zadd(keys.runs, 'NX', -createdAt, memberOf(run, String(creator))));
  return { status: 'held', fence };
}

function createdAtOf(base: string): number | undefined {
  try {
    return (JSON.parse(base) as Pick<RunSummary, 'createdAt'>).createdAt;
  } catch {
    // Damage that `list` names; the journal is not concerned.
    return undefined;
  }
}

async function holder(access: Access, run: string): Promise<Holder | undefined> {
  const answer = await access.script(run, holderScript, [access.keys.head(run)]);
  return answer[0] === 'taken' ? holderOf(answer) : undefined;
}

function holderOf([, epoch, by, since, expired]: Answer): Holder {
  return { by: JSON.parse(String(by)) as Owner, epoch: Number(epoch), since: Number(since), expired: expired === 1 };
}

async function renew(
  access: Access,
  run: string,
  { fence, ttlMs }: { readonly fence: Fence; readonly ttlMs: number },
): Promise<boolean> {
  const answer = await access.script(run, renewScript, [access.keys.head(run)], fence.epoch, fence.token, ttlMs);
  access.checkAgainst(run, fence, answer);
  if (answer[0] !== 'unknown') return answer[0] === 'ok';
  // Of a run that this object holds, silence would be taken for another owner.
  if (access.known.under(run, fence) !== undefined) throw access.refused(run, answer);
  return false;
}

async function release(access: Access, run: string, fence: Fence): Promise<void> {
  await access.script(run, releaseScript, [access.keys.head(run)], fence.epoch, fence.token);
  access.known.forget(run, fence);
}

async function post(access: Access, run: string, { id, body }: Message): ReturnType<Backend['post']> {
  const { keys } = access;
  const args = [JSON.stringify(id), JSON.stringify(body)];
  const [word] = await access.script(run, postScript, [keys.head(run), keys.inbox(run), keys.messages(run)], ...args);
  return word as 'posted' | 'finished' | 'unknown-run';
}

async function isThere(access: Access, run: string, after: number): Promise<boolean> {
  const answer = await access.script(run, lookScript, [access.keys.head(run), access.keys.inbox(run)]);
  if (answer[0] !== 'ok') throw access.refused(run, answer);
  return Number(answer[1]) > after || Number(answer[2]) > 0;
}

async function remove(access: Access, run: string, fence: Fence): Promise<void> {
  const { keys, known, connection } = access;
  const all = [keys.head(run), keys.journal(run), keys.inbox(run), keys.messages(run)];
  const version = known.under(run, fence)?.version ?? 0;
  const answer = await access.script(run, deleteScript, all, fence.epoch, fence.token, version);
  access.checkAgainst(run, fence, answer);
  const [word, creator] = answer;
  if (word === 'fence' || word === 'lost') throw notHeld(run, fence.epoch);
  if (word !== 'ok') throw access.refused(run, answer);
  known.forget(run, fence);
  await connection.call((redis) => redis.zrem(keys.runs, memberOf(run, String(creator))));
}

function tooLarge(run: string, payload: string): OrchError {
  return orchError({
    code: 'ORCH_PLAN_LIMIT',
    message: `The plan of run ${run} takes ${Math.ceil(Buffer.byteLength(payload) / 2 ** 20)} MiB, more than the 16 MiB that Redis is given at once.`,
    hint: 'Keep the run in files (the JSON backend), or split the plan.',
  });
}
