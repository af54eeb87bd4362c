import { notHeld, unknownRun } from '@orch/core/author';
import type { Acquired, Commit, Created, Fence, Holder, Taking } from '@orch/core/author';
import type { Connection } from './connection.ts';
import { damaged } from './damage.ts';
import { eventsToText } from './event-text.ts';
import type { HeldRun } from './open-state.ts';
import { chained, chainStart, checkTaking, commitId, commitIds, findRun, findTaking, ownerOf } from './run-row.ts';
import { putTaking, sealed, signedCrc, summaryColumns } from './run-row.ts';
import type { RemovedRow, RunRow, TakingRow } from './statements.ts';

type Held = Map<string, HeldRun>;

export type First = Taking & Pick<Commit, 'events' | 'summary'>;

export function create(connection: Connection, held: Held, { run, first }: { run: string; first: First }): Created {
  const there = findRun(connection, run);
  if (there !== undefined) {
    const creator = connection.statements.takings.all(there.number)[0];
    if (creator?.token !== first.token) return { status: 'exists' };
    checkTaking(connection.file, run, creator);
    return { status: 'created', fence: { epoch: creator.epoch, token: creator.token } };
  }
  const { statements } = connection;
  const epoch = lastEpoch(connection, run) + 1;
  const body = eventsToText(first.events, { after: 0, epoch });
  const chain = chained(chainStart(run, epoch), { after: 0, epoch, body });
  const lease = { epoch, held: 1, touched_at: Date.now(), ttl_ms: first.ttlMs };
  const version = first.events.length;
  const made = sealed({ id: run, ...summaryColumns(first.summary), version, ...lease, chain, crc: 0 });
  const number = Number(statements.insertRun.run(made).lastInsertRowid);
  const row = { ...made, number };
  statements.insertCommit.run(commitId(number, 0), epoch, chain, body);
  const fence = putTaking(connection, row, first);
  held.set(run, { token: first.token, row });
  return { status: 'created', fence };
}

/** The newest epoch of the runs of this id that were removed. */
function lastEpoch({ statements, file }: Connection, run: string): number {
  const removed = statements.findRemoved.get(run);
  if (removed === undefined) return 0;
  checkRemoved(file, removed);
  return removed.epoch;
}

export function checkRemoved(file: string, { id, epoch, crc }: RemovedRow): void {
  if (crc === removedCrc(id, epoch)) return;
  throw damaged({
    file,
    run: id,
    what: 'the last epoch of the run of this id that was removed does not fit its checksum',
  });
}

function removedCrc(run: string, epoch: number): number {
  return signedCrc(`orch ${run} removed ${epoch}`);
}

export function acquire(
  connection: Connection,
  held: Held,
  { run, taking }: { run: string; taking: Taking },
): Acquired {
  const row = findRun(connection, run);
  if (row === undefined) throw unknownRun(run);
  const { token, ttlMs } = taking;
  const current = findTaking(connection, row, row.epoch);
  const touched_at = Date.now();
  if (row.held === 1 && current?.token === token) {
    const renewed = sealed({ ...row, touched_at, ttl_ms: ttlMs });
    connection.statements.replaceRun.run(renewed);
    held.set(run, { token, row: renewed });
    return { status: 'held', fence: { epoch: row.epoch, token } };
  }
  if (row.held === 1 && current !== undefined) {
    const holder = holderOf(row, current);
    const over = taking.overEpoch === row.epoch && (holder.expired || taking.ifExpired !== true);
    if (!over) return { status: 'taken', ...holder };
  }
  const taken = sealed({ ...row, epoch: row.epoch + 1, held: 1, touched_at, ttl_ms: ttlMs });
  connection.statements.replaceRun.run(taken);
  const fence = putTaking(connection, taken, taking);
  held.set(run, { token, row: taken });
  return { status: 'held', fence };
}

export function holder(connection: Connection, run: string): Holder | undefined {
  const row = findRun(connection, run);
  if (row === undefined || row.held === 0) return undefined;
  const taking = findTaking(connection, row, row.epoch);
  return taking === undefined ? undefined : holderOf(row, taking);
}

function holderOf({ touched_at, ttl_ms }: RunRow, taking: TakingRow): Holder {
  const expired = Date.now() > touched_at + ttl_ms;
  return { by: ownerOf(taking), epoch: taking.epoch, since: taking.since, expired };
}

/** The row of a run that is held under a fence. */
function heldRow(connection: Connection, run: string, { epoch, token }: Fence): RunRow | undefined {
  const row = findRun(connection, run);
  if (row === undefined || row.held === 0 || row.epoch !== epoch) return undefined;
  return findTaking(connection, row, epoch)?.token === token ? row : undefined;
}

interface Renewal {
  readonly run: string;
  readonly fence: Fence;
  readonly ttlMs: number;
}

export function renew(connection: Connection, held: Held, { run, fence, ttlMs }: Renewal): boolean {
  const row = heldRow(connection, run, fence);
  if (row === undefined) return false;
  const renewed = sealed({ ...row, touched_at: Date.now(), ttl_ms: ttlMs });
  connection.statements.replaceRun.run(renewed);
  held.set(run, { token: fence.token, row: renewed });
  return true;
}

interface Holding {
  readonly run: string;
  readonly fence: Fence;
}

export function release(connection: Connection, held: Held, { run, fence }: Holding): void {
  const row = heldRow(connection, run, fence);
  if (row === undefined) return;
  connection.statements.replaceRun.run(sealed({ ...row, held: 0 }));
  held.delete(run);
}

/** Removes a run and all that belongs to it, except that its epochs were there. */
export function remove(connection: Connection, held: Held, { run, fence }: Holding): void {
  const row = heldRow(connection, run, fence);
  if (row === undefined) throw findRun(connection, run) === undefined ? unknownRun(run) : notHeld(run, fence.epoch);
  const { statements } = connection;
  const { number, epoch } = row;
  statements.deleteMessages.run(number);
  statements.deleteCommits.run(...commitIds(number));
  statements.deleteTakings.run(number);
  statements.deleteRun.run(number);
  statements.putRemoved.run(run, epoch, removedCrc(run, epoch));
  held.delete(run);
}
