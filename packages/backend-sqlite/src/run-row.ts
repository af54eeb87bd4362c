import { crc32 } from 'node:zlib';
import type { Fence, Owner, RunSummary, Taking } from '@orch/core/author';
import type { Connection } from './connection.ts';
import { damaged, unavailable } from './damage.ts';
import type { RunRow, TakingRow } from './statements.ts';

/** Versions of one run, and what its number is multiplied by: a commit's id is its run and the version before it. */
export const versionLimit: number = 2 ** 26;

export function commitId(run: number, after: number): number {
  if (after >= versionLimit)
    throw unavailable(
      `A run of the SQLite backend has at most ${versionLimit} events.`,
      'Divide the work among several runs.',
    );
  return run * versionLimit + after;
}

/** The ids that the commits of a run may have. */
export function commitIds(run: number): readonly [least: number, most: number] {
  return [commitId(run, 0), commitId(run, versionLimit - 1)];
}

/** The run of a commit, and the version before it. */
export function placeOf(id: number): { readonly run: number; readonly after: number } {
  return { run: Math.floor(id / versionLimit), after: id % versionLimit };
}

/** SQLite keeps signed numbers; with a sign a checksum takes four bytes. */
export function signedCrc(text: string, seed = 0): number {
  return crc32(text, seed >>> 0) | 0;
}

/** What the chain of a run begins with. */
export function chainStart(run: string, epoch: number): number {
  return signedCrc(`orch ${run} ${epoch}`);
}

/** The checksum of a commit, continued from the one before it. */
export function chained(
  before: number,
  { after, epoch, body }: { after: number; epoch: number; body: string },
): number {
  return signedCrc(`${after} ${epoch} ${body}`, before);
}

/** The same row with the checksum of all that can change in it. */
export function sealed<Row extends Omit<RunRow, 'number'>>(row: Row): Row {
  return { ...row, crc: rowCrc(row) };
}

export function rowCrc(row: Omit<RunRow, 'number'>): number {
  const { id, workflow, status, source, created_at, updated_at, version, phases, completed, failed } = row;
  const { epoch, held, touched_at, ttl_ms, chain } = row;
  const names = JSON.stringify([id, workflow, status, source]);
  return signedCrc(
    `${names} ${created_at} ${updated_at} ${version} ${phases} ${completed} ${failed} ${epoch} ${held} ${touched_at} ${ttl_ms} ${chain}`,
  );
}

/** Whether it is what was written. */
export function isSound(row: RunRow): boolean {
  return row.crc === rowCrc(row);
}

/** Throws `ORCH_JOURNAL_DAMAGED` where the row is not what was written. */
export function findRun({ statements, file, damage }: Connection, run: string): RunRow | undefined {
  const row = statements.findRun.get(run);
  // It may be there all the same.
  if (row === undefined && damage !== undefined) throw damage;
  if (row !== undefined && !isSound(row)) throw damagedRow(file, run);
  return row;
}

export function damagedRow(file: string, run: string): Error {
  return damaged({ file, run, what: 'what stands in the table of runs does not fit its checksum' });
}

function takingCrc(run: string, { epoch, token, since, owner }: Omit<TakingRow, 'crc'>): number {
  return signedCrc(JSON.stringify([run, epoch, token, since, owner]));
}

/** `undefined`: the run was never taken under that epoch. */
export function findTaking({ statements, file }: Connection, row: RunRow, epoch: number): TakingRow | undefined {
  const taking = statements.findTaking.get(row.number, epoch);
  if (taking === undefined && epoch === row.epoch)
    throw damaged({ file, run: row.id, what: `the taking of epoch ${epoch} is missing` });
  if (taking !== undefined) checkTaking(file, row.id, taking);
  return taking;
}

export function checkTaking(file: string, run: string, taking: TakingRow): void {
  if (taking.crc === takingCrc(run, taking)) return;
  throw damaged({ file, run, what: `the taking of epoch ${taking.epoch} does not fit its checksum` });
}

/** Writes down who takes a run under an epoch. */
export function putTaking(
  { statements }: Connection,
  { number, id, epoch, touched_at }: Pick<RunRow, 'number' | 'id' | 'epoch' | 'touched_at'>,
  { token, owner }: Taking,
): Fence {
  const taking = { epoch, token, since: touched_at, owner: JSON.stringify(owner) };
  statements.insertTaking.run(number, epoch, token, touched_at, taking.owner, takingCrc(id, taking));
  return { epoch, token };
}

export function ownerOf(taking: TakingRow): Owner {
  return JSON.parse(taking.owner) as Owner;
}

/** As JSON: SQLite keeps UTF-8, and a path may have what that can't say. */
export function sourceColumn({ source }: RunSummary): string | null {
  return source === undefined ? null : JSON.stringify(source);
}

/** The columns that have a run's summary. */
export function summaryColumns(
  summary: RunSummary,
): Pick<
  RunRow,
  'workflow' | 'status' | 'source' | 'created_at' | 'updated_at' | 'version' | 'phases' | 'completed' | 'failed'
> {
  const { workflow, status, createdAt, updatedAt, version, phases, completed, failed } = summary;
  return {
    workflow,
    status,
    source: sourceColumn(summary),
    created_at: createdAt,
    updated_at: updatedAt,
    version,
    phases,
    completed,
    failed,
  };
}

export function summaryOf(row: RunRow): RunSummary {
  const { id, workflow, status, source, created_at, updated_at, version, phases, completed, failed } = row;
  return {
    runId: id,
    workflow,
    status: status as RunSummary['status'],
    createdAt: created_at,
    updatedAt: updated_at,
    version,
    phases,
    completed,
    failed,
    ...(source === null ? {} : { source: JSON.parse(source) as string }),
  };
}
