import { notOpen } from '@orch/core/author';
import { existsSync } from 'node:fs';
import { Connection } from './connection.ts';
import { asOrchError, misplaced } from './damage.ts';
import { loadDriver } from './driver.ts';
import type { OpenDatabase } from './driver.ts';
import type { Later } from './later.ts';
import { patiently } from './patience.ts';
import type { Patience } from './patience.ts';
import { databasePath, makeFile } from './place.ts';
import type { RunRow } from './statements.ts';
import { Writer } from './writer.ts';
import type { Change } from './writer.ts';

/** A run that this object holds, as it was last written: an append that fits it needs to read nothing. */
export interface HeldRun {
  readonly token: string;
  row: RunRow;
}

export interface OpenStateOptions {
  readonly lockWaitMs: number;
  readonly idleMs: number;
  /** Default: the driver's. */
  readonly openDatabase?: OpenDatabase;
}

/** All that one backend keeps in memory. Everything in it can be read again. */
export class OpenState {
  readonly file: string;
  readonly held: Map<string, HeldRun> = new Map();
  readonly #options: OpenStateOptions;
  readonly #patience: Patience;
  #openDatabase: OpenDatabase | undefined;
  #connection: Connection | undefined;
  #connecting: Promise<void> | undefined;
  #writer: Writer | undefined;
  #isOpen = false;
  /** A file that was there and is gone is missed; one that was never there has no runs. */
  #wasThere = false;
  #written = 0;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(file: string, options: OpenStateOptions) {
    this.file = databasePath(file);
    this.#options = options;
    this.#patience = { file: this.file, lockWaitMs: options.lockWaitMs };
  }

  async open(): Promise<void> {
    this.#openDatabase = this.#options.openDatabase ?? (await loadDriver());
    this.#isOpen = true;
    await this.#connect(false);
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    await this.#connecting?.catch(() => undefined);
    await this.#writer?.idle();
    clearTimeout(this.#idleTimer);
    this.#idleTimer = undefined;
    if (this.#written > 0) this.#connection?.checkpoint('TRUNCATE');
    this.#drop();
  }

  /** Changes a run. Where there is no file, `otherwise` answers. */
  change<Result>(run: string, change: Change<Result>, otherwise: () => Result): Later<Result> {
    this.#checkOpen();
    const writer = this.#writer;
    if (writer === undefined || writer.hasFailed) return this.#changeLater(run, change, otherwise);
    return writer.write(change, this.#othersWrite(run));
  }

  /** Changes a run and makes the file where there is none. */
  async changeOrMake<Result>(run: string, change: Change<Result>): Promise<Result> {
    this.#checkOpen();
    if (this.#mustConnect()) await this.#connect(true);
    return await this.change(run, change, () => {
      throw misplaced(this.file);
    });
  }

  /** Looks at what is stored. Where there is no file, `otherwise` answers. */
  async look<Result>(task: (connection: Connection) => Result, otherwise: () => Result): Promise<Result> {
    this.#checkOpen();
    if (this.#mustConnect()) await this.#connect(false);
    return await this.#patiently(() => (this.#connection === undefined ? otherwise() : task(this.#connection)));
  }

  async #changeLater<Result>(run: string, change: Change<Result>, otherwise: () => Result): Promise<Result> {
    await this.#connect(false);
    if (this.#writer === undefined) return otherwise();
    return await this.#writer.write(change, this.#othersWrite(run));
  }

  /** Whether runs beside this one are held here: what they write may leave with it. */
  #othersWrite(run: string): boolean {
    return this.held.size > (this.held.has(run) ? 1 : 0);
  }

  #mustConnect(): boolean {
    return this.#writer === undefined || this.#writer.hasFailed;
  }

  /** Opens the file, or opens it anew after a failure; one call at a time. */
  #connect(make: boolean): Promise<void> {
    this.#connecting ??= this.#reconnect(make).finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async #reconnect(make: boolean): Promise<void> {
    if (!this.#mustConnect()) return;
    await this.#writer?.idle();
    this.#drop();
    await this.#patiently(() => {
      if (make) makeFile(this.file);
      if (existsSync(this.file)) this.#use(new Connection(this.file, this.#openDatabase!));
      else if (this.#wasThere) throw misplaced(this.file);
    });
  }

  #use(connection: Connection): void {
    this.#connection = connection;
    this.#wasThere = true;
    this.#writer = new Writer({
      connection,
      patience: this.#patience,
      onWritten: () => this.#noteWritten(),
      onFailed: () => this.held.clear(),
    });
  }

  #drop(): void {
    this.held.clear();
    this.#connection?.close();
    this.#connection = undefined;
    this.#writer = undefined;
  }

  /** The log is brought into the file once nothing was written for a while: there it is checked and can be copied. */
  #noteWritten(): void {
    this.#written++;
    if (this.#idleTimer !== undefined) return;
    const before = this.#written;
    this.#idleTimer = setTimeout(() => {
      this.#idleTimer = undefined;
      if (this.#written > before) this.#noteWritten();
      else this.#connection?.checkpoint('PASSIVE');
    }, this.#options.idleMs).unref();
  }

  async #patiently<Result>(task: () => Result): Promise<Result> {
    try {
      return await patiently(this.#patience, () => {
        this.#checkOpen();
        return task();
      });
    } catch (error) {
      throw asOrchError(error, this.file);
    }
  }

  #checkOpen(): void {
    if (!this.#isOpen) throw notOpen('SQLite');
  }
}
