import { notHeld, unknownRun } from '@orch/core/author';
import type { Appended, Commit } from '@orch/core/author';
import type { Connection } from './connection.ts';
import { damaged } from './damage.ts';
import { eventsToText } from './event-text.ts';
import { handleMessages } from './inbox.ts';
import type { HeldRun } from './open-state.ts';
import { chained, commitId, findRun, findTaking, rowCrc, sealed, sourceColumn, summaryColumns } from './run-row.ts';
import type { RunRow } from './statements.ts';

/** What an append needs of what is remembered. */
type Held = Map<string, HeldRun>;

export function append(connection: Connection, held: Held, { run, commit }: { run: string; commit: Commit }): Appended {
  const known = held.get(run);
  if (known?.token === commit.fence.token && known.row.epoch === commit.fence.epoch) {
    const row = advance(connection, known.row, commit);
    if (row !== undefined) {
      known.row = row;
      return { status: 'ok' };
    }
  }
  const row = findRun(connection, run);
  if (row === undefined) throw unknownRun(run);
  const { fence, expectedVersion } = commit;
  if (findTaking(connection, row, fence.epoch)?.token !== fence.token) throw notHeld(run, fence.epoch);
  // Before the question who holds the run: what was written once stays written.
  if (isStored(connection, row, commit)) {
    // The run is written again, so that what it says is flushed as this call wants it.
    const isHeld = row.held === 1 && row.epoch === fence.epoch;
    connection.statements.replaceRun.run(isHeld ? sealed({ ...row, touched_at: Date.now() }) : row);
    return { status: 'ok' };
  }
  if (row.held === 0 || row.epoch !== fence.epoch) {
    held.delete(run);
    return { status: 'lost-lease', epoch: row.epoch };
  }
  if (row.version !== expectedVersion) return { status: 'conflict', version: row.version };
  held.set(run, { token: fence.token, row: write(connection, row, commit) });
  return { status: 'ok' };
}

/**
 * The common case: the next commit of a run that is as it was last written, and a summary of which only counts and times
 * change. `undefined`: it is not that.
 */
function advance(connection: Connection, row: RunRow, commit: Commit): RunRow | undefined {
  const { workflow, status, createdAt, updatedAt, version, phases, completed, failed } = commit.summary;
  if (commit.expectedVersion !== row.version || version !== row.version + commit.events.length) return undefined;
  if (status !== row.status || phases !== row.phases || workflow !== row.workflow) return undefined;
  if (sourceColumn(commit.summary) !== row.source || createdAt !== row.created_at) return undefined;
  const linked = link(row, commit);
  const { chain } = linked;
  const touched = Date.now();
  const next = { ...row, version, chain, updated_at: updatedAt, completed, failed, touched_at: touched };
  const crc = rowCrc(next);
  const { number, epoch } = row;
  const { advanceRun } = connection.statements;
  const { changes } = advanceRun.run(
    ...([version, chain, updatedAt, completed, failed, touched, crc, number, epoch, row.crc] as const),
  );
  if (changes === 0) return undefined;
  insert(connection, row, { commit, ...linked });
  return { ...next, crc };
}

function write(connection: Connection, row: RunRow, commit: Commit): RunRow {
  const linked = link(row, commit);
  const { chain } = linked;
  const version = row.version + commit.events.length;
  const next = sealed({ ...row, ...summaryColumns(commit.summary), version, chain, touched_at: Date.now() });
  connection.statements.replaceRun.run(next);
  insert(connection, row, { commit, ...linked });
  return next;
}

interface Link {
  readonly id: number;
  readonly body: string;
  readonly chain: number;
}

/** A commit as it stands behind those before it. Throws where there is no place for it: before anything is written. */
function link(row: RunRow, { events, fence: { epoch }, expectedVersion }: Commit): Link {
  const id = commitId(row.number, expectedVersion);
  const body = eventsToText(events, { after: expectedVersion, epoch });
  return { id, body, chain: chained(row.chain, { after: expectedVersion, epoch, body }) };
}

function insert(
  connection: Connection,
  row: RunRow,
  { commit, id, body, chain }: Link & { readonly commit: Commit },
): void {
  connection.statements.insertCommit.run(id, commit.fence.epoch, chain, body);
  if (commit.handled !== undefined) handleMessages(connection, row, commit.handled);
}

/** Rejects with `ORCH_JOURNAL_DAMAGED` where the fence wrote other events after that version. */
function isStored({ statements, file }: Connection, row: RunRow, { expectedVersion, fence, events }: Commit): boolean {
  const stored = statements.findCommit.get(commitId(row.number, expectedVersion));
  if (stored?.epoch !== fence.epoch) return false;
  if (stored.body === eventsToText(events, { after: expectedVersion, epoch: fence.epoch })) return true;
  const what = `epoch ${fence.epoch} sent the commit after version ${expectedVersion} again with other events`;
  throw damaged({ file, run: row.id, what });
}
