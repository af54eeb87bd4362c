import { isOrchError } from '@orch/core/author';
import type { RunEvent } from '@orch/core/author';
import type { Connection } from './connection.ts';
import { damaged, truncated, unknownRun } from './damage.ts';
import { eventsFromText } from './event-text.ts';
import { chained, chainStart, commitId, commitIds, findRun, isSound, placeOf, versionLimit } from './run-row.ts';
import type { CommitRow, RunRow } from './statements.ts';

/** Commits that are read at once. */
const pageSize = 100;

/** A look at the database that may be tried again. */
export type Look = <Result>(task: (connection: Connection) => Result) => Promise<Result>;

/**
 * The events of a run up to what it is now, a page of commits at a time; each commit is checked against the one before it,
 * and the last against the table of runs. `after`: of an event within a commit, too. Where the journal is damaged, those
 * before the damage.
 */
export async function* readEvents(
  look: Look,
  { run, after }: { readonly run: string; readonly after: number },
): AsyncGenerator<readonly RunEvent[]> {
  const start = await look((connection) => startOf(connection, run, after));
  let place = start.place;
  let limit = pageSize;
  while (place.version < start.row.version) {
    let page: Page;
    try {
      page = await look((connection) => readPage(connection, start.row, { place, limit }));
    } catch (error) {
      if (limit === 1 || !isOrchError(error, 'ORCH_JOURNAL_DAMAGED')) throw error;
      // Somewhere in this page: what stands before it is shown first.
      limit = 1;
      continue;
    }
    place = page.place;
    const events = after < page.from ? page.events : page.events.filter(({ version }) => version > after);
    if (events.length > 0) yield events;
  }
}

/** Between two commits. */
interface Place {
  readonly version: number;
  readonly chain: number;
}

interface Start {
  /** As it is now: what is appended later is not read. */
  readonly row: RunRow;
  readonly place: Place;
}

/** Before the commit that has the first event that is asked for. */
export function startOf(connection: Connection, run: string, after: number): Start {
  const row = rowToRead(connection, run);
  if (row === undefined) throw unknownRun(run);
  if (after >= row.version) return { row, place: row };
  const first = after === 0 ? undefined : newestUpTo(connection, row, after);
  const { after: version } = first === undefined ? { after: 0 } : placeOf(first.id);
  const before = version === 0 ? undefined : newestUpTo(connection, row, version - 1);
  if (before === undefined) return { row, place: { version: 0, chain: chainStart(run, firstEpoch(connection, row)) } };
  return { row, place: { version, chain: before.chain } };
}

/** Where the row is damaged the commits still vouch for each other: they are read up to their end, which then can't be right. */
function rowToRead(connection: Connection, run: string): RunRow | undefined {
  const row = connection.statements.findRun.get(run);
  return row === undefined || isSound(row) ? findRun(connection, run) : { ...row, version: versionLimit };
}

function newestUpTo({ statements }: Connection, { number }: RunRow, after: number): CommitRow | undefined {
  return statements.lastCommitUpTo.get(commitIds(number)[0], commitId(number, after));
}

function firstEpoch({ statements }: Connection, { number, epoch }: RunRow): number {
  return statements.takings.all(number)[0]?.epoch ?? epoch;
}

interface Page {
  readonly events: readonly RunEvent[];
  /** The version before its first event. */
  readonly from: number;
  readonly place: Place;
}

interface PageRequest {
  readonly place: Place;
  /** Of commits. */
  readonly limit?: number;
}

/** Rejects where any of its commits is damaged. */
export function readPage(connection: Connection, row: RunRow, { place, limit = pageSize }: PageRequest): Page {
  const { version: from, chain: seed } = place;
  const { file, statements } = connection;
  const { number, id: run } = row;
  const found = statements.commitsBetween.all(commitId(number, from), commitId(number, row.version - 1), limit);
  const events: RunEvent[] = [];
  let version = from;
  let chain = seed;
  for (const { id, epoch, body, chain: stored } of found) {
    const { after } = placeOf(id);
    if (after !== version) throw damaged({ file, run, what: missing(version, after) });
    chain = chained(chain, { after, epoch, body });
    if (chain !== stored)
      throw damaged({ file, run, what: `the commit after version ${after} does not fit its checksum` });
    const some = eventsFromText(body, { after, epoch });
    for (const event of some) events.push(event);
    version += some.length;
  }
  const isWhole = found.length > 0 && (version < row.version || (version === row.version && chain === row.chain));
  if (!isWhole) throw wrongEnd(connection, row, version);
  return { events, from, place: { version, chain } };
}

function missing(version: number, after: number): string {
  return after > version
    ? `the commit after version ${version} is missing; the next is that after version ${after}`
    : `the commit after version ${after} stands within another one`;
}

/** The journal does not end as the table of runs says; or the run was removed meanwhile. */
function wrongEnd(connection: Connection, { id: run, number, version: expected }: RunRow, version: number): Error {
  const { file } = connection;
  if (findRun(connection, run)?.number !== number) return unknownRun(run);
  if (version < expected)
    return truncated({ file, run, what: `it ends at version ${version}, but version ${expected} was acknowledged` });
  return damaged({ file, run, what: `its last commit, up to version ${expected}, is not the one that was written` });
}
