import type { Database, Statement } from './driver.ts';

/** A run as it stands in the file; its summary, its lease, and the end of its journal. */
export interface RunRow {
  /** Of the run within the file, never given twice. */
  readonly number: number;
  readonly id: string;
  readonly workflow: string;
  readonly status: string;
  readonly source: string | null;
  readonly created_at: number;
  readonly updated_at: number;
  readonly version: number;
  readonly phases: number;
  readonly completed: number;
  readonly failed: number;
  /** Of the newest taking. */
  readonly epoch: number;
  /** 1: held under that epoch; 0: let go. */
  readonly held: number;
  /** When the lease was last renewed, wall time in milliseconds. */
  readonly touched_at: number;
  readonly ttl_ms: number;
  /** Of the newest commit. */
  readonly chain: number;
  readonly crc: number;
}

export interface TakingRow {
  readonly epoch: number;
  readonly token: string;
  readonly since: number;
  readonly owner: string;
  readonly crc: number;
}

export interface CommitRow {
  readonly id: number;
  readonly epoch: number;
  readonly chain: number;
  readonly body: string;
}

export interface MessageRow {
  /** As JSON: any text comes back as it was. */
  readonly id: string;
  /** `null`: handled. */
  readonly body: string | null;
  readonly crc: number;
}

export interface RemovedRow {
  readonly id: string;
  readonly epoch: number;
  readonly crc: number;
}

/** What one append changes of a row, where the rest of the summary stays. */
export type AppendParameters = [
  version: number,
  chain: number,
  updatedAt: number,
  completed: number,
  failed: number,
  touchedAt: number,
  crc: number,
  number: number,
  epoch: number,
  wasCrc: number,
];

/** Everything that is asked more than once, prepared once for each connection. */
export interface Statements {
  readonly begin: Statement<[]>;
  readonly commit: Statement<[]>;
  readonly rollback: Statement<[]>;
  readonly findRun: Statement<[id: string], RunRow>;
  readonly insertRun: Statement<[Omit<RunRow, 'number'>]>;
  readonly replaceRun: Statement<[RunRow]>;
  readonly advanceRun: Statement<AppendParameters>;
  readonly deleteRun: Statement<[number: number]>;
  readonly insertCommit: Statement<[id: number, epoch: number, chain: number, body: string]>;
  readonly findCommit: Statement<[id: number], CommitRow>;
  readonly lastCommitUpTo: Statement<[least: number, most: number], CommitRow>;
  readonly commitsBetween: Statement<[least: number, most: number, limit: number], CommitRow>;
  readonly commitFrom: Statement<[least: number], Pick<CommitRow, 'id'>>;
  readonly deleteCommits: Statement<[least: number, most: number]>;
  readonly insertTaking: Statement<
    [run: number, epoch: number, token: string, since: number, owner: string, crc: number]
  >;
  readonly findTaking: Statement<[run: number, epoch: number], TakingRow>;
  readonly takings: Statement<[run: number], TakingRow>;
  readonly deleteTakings: Statement<[run: number]>;
  readonly postMessage: Statement<[run: number, id: string, body: string, crc: number]>;
  readonly handleMessage: Statement<[run: number, id: string, crc: number]>;
  readonly messages: Statement<[run: number], MessageRow>;
  readonly deleteMessages: Statement<[run: number]>;
  readonly findRemoved: Statement<[id: string], RemovedRow>;
  readonly putRemoved: Statement<[id: string, epoch: number, crc: number]>;
  readonly allRemoved: Statement<[], RemovedRow>;
  readonly strayRows: Statement<[], { readonly run: number }>;
  /** Compiled for the columns that a filter names; kept as the others. */
  readonly listRuns: (where: string) => Statement<unknown[], RunRow>;
}

const columns = [
  'id',
  'workflow',
  'status',
  'source',
  'created_at',
  'updated_at',
  'version',
  'phases',
  'completed',
  'failed',
  'epoch',
  'held',
  'touched_at',
  'ttl_ms',
  'chain',
  'crc',
] as const satisfies readonly Exclude<keyof RunRow, 'number'>[];

export function prepareStatements(db: Database): Statements {
  const lists = new Map<string, Statement<unknown[], RunRow>>();
  const prepareList = (where: string): Statement<unknown[], RunRow> =>
    db.prepare(`SELECT * FROM runs ${where} ORDER BY created_at DESC, id LIMIT ?`);
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    rollback: db.prepare('ROLLBACK'),
    findRun: db.prepare('SELECT * FROM runs WHERE id = ?'),
    insertRun: db.prepare(
      `INSERT INTO runs (${columns.join(', ')}) VALUES (${columns.map((name) => `@${name}`).join(', ')})`,
    ),
    replaceRun: db.prepare(
      `UPDATE runs SET ${columns.map((name) => `${name} = @${name}`).join(', ')} WHERE number = @number`,
    ),
    advanceRun: db.prepare(
      `UPDATE runs SET version = ?, chain = ?, updated_at = ?, completed = ?, failed = ?, touched_at = ?, crc = ?
       WHERE number = ? AND epoch = ? AND held = 1 AND crc = ?`,
    ),
    deleteRun: db.prepare('DELETE FROM runs WHERE number = ?'),
    insertCommit: db.prepare('INSERT INTO commits (id, epoch, chain, body) VALUES (?, ?, ?, ?)'),
    findCommit: db.prepare('SELECT * FROM commits WHERE id = ?'),
    lastCommitUpTo: db.prepare('SELECT * FROM commits WHERE id >= ? AND id <= ? ORDER BY id DESC LIMIT 1'),
    commitsBetween: db.prepare('SELECT * FROM commits WHERE id >= ? AND id <= ? ORDER BY id LIMIT ?'),
    commitFrom: db.prepare('SELECT id FROM commits WHERE id >= ? ORDER BY id LIMIT 1'),
    deleteCommits: db.prepare('DELETE FROM commits WHERE id >= ? AND id <= ?'),
    insertTaking: db.prepare('INSERT INTO takings (run, epoch, token, since, owner, crc) VALUES (?, ?, ?, ?, ?, ?)'),
    findTaking: db.prepare('SELECT epoch, token, since, owner, crc FROM takings WHERE run = ? AND epoch = ?'),
    takings: db.prepare('SELECT epoch, token, since, owner, crc FROM takings WHERE run = ? ORDER BY epoch'),
    deleteTakings: db.prepare('DELETE FROM takings WHERE run = ?'),
    postMessage: db.prepare(
      'INSERT INTO messages (run, id, body, crc) VALUES (?, ?, ?, ?) ON CONFLICT (run, id) DO NOTHING',
    ),
    handleMessage: db.prepare(
      `INSERT INTO messages (run, id, body, crc) VALUES (?, ?, NULL, ?)
       ON CONFLICT (run, id) DO UPDATE SET body = NULL, crc = excluded.crc`,
    ),
    messages: db.prepare('SELECT id, body, crc FROM messages WHERE run = ? ORDER BY number'),
    deleteMessages: db.prepare('DELETE FROM messages WHERE run = ?'),
    findRemoved: db.prepare('SELECT * FROM removed WHERE id = ?'),
    putRemoved: db.prepare(
      `INSERT INTO removed (id, epoch, crc) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, crc = excluded.crc`,
    ),
    allRemoved: db.prepare('SELECT * FROM removed'),
    strayRows: db.prepare(
      `SELECT run FROM takings WHERE run NOT IN (SELECT number FROM runs)
       UNION SELECT run FROM messages WHERE run NOT IN (SELECT number FROM runs)`,
    ),
    listRuns: (where) => lists.get(where) ?? keep(lists, where, prepareList(where)),
  };
}

function keep<Value>(map: Map<string, Value>, key: string, value: Value): Value {
  map.set(key, value);
  return value;
}
