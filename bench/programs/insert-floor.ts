// The floor of a durable chain in SQLite: one INSERT of 200 bytes and COMMIT, in WAL, with synchronous=FULL.
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { loadDriver } from '../../packages/backend-sqlite/src/driver.ts';
import type { Statement } from '../../packages/backend-sqlite/src/driver.ts';
import type { Floor } from './chain-place.ts';

const row = Buffer.alloc(200, 'a');

export class InsertFloor implements Floor {
  readonly ms: number[] = [];
  readonly poolMs: readonly number[] = [];
  readonly #insert: Statement<[Buffer]>;

  constructor(insert: Statement<[Buffer]>) {
    this.#insert = insert;
  }

  static async in(folder: string): Promise<InsertFloor> {
    const open = await loadDriver();
    const file = join(folder, 'floor.db');
    writeFileSync(file, '', { mode: 0o600 });
    const db = open(file);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.exec('CREATE TABLE floor (number INTEGER PRIMARY KEY, line BLOB) STRICT');
    return new InsertFloor(db.prepare('INSERT INTO floor (line) VALUES (?)'));
  }

  measure(times: number): Promise<void> {
    for (let index = 0; index < times; index++) {
      const startedAt = performance.now();
      this.#insert.run(row);
      this.ms.push(performance.now() - startedAt);
    }
    return Promise.resolve();
  }
}
