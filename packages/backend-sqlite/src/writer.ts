import type { Connection, Durability } from './connection.ts';
import { asOrchError, isBusy, isSqliteError, misplaced } from './damage.ts';
import type { Later } from './later.ts';
import { patiently } from './patience.ts';
import type { Patience } from './patience.ts';

/** Something that changes a run. It throws before it has written anything, or not at all. */
export interface Change<Result> {
  readonly durability: Durability;
  readonly perform: (connection: Connection) => Result;
}

interface Queued {
  readonly change: Change<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Outcome = { readonly result: unknown } | { readonly refusal: unknown };

export interface WriterParts {
  readonly connection: Connection;
  readonly patience: Patience;
  /** Called after each transaction that was written. */
  readonly onWritten: () => void;
  /** Called when what was remembered of the file may not be so. */
  readonly onFailed: () => void;
}

/**
 * Group commit: what arrives while something else is at work shares a transaction, and so a flush. A change that comes
 * alone is written within the call.
 */
export class Writer {
  readonly #parts: WriterParts;
  #queue: Queued[] = [];
  #draining: Promise<void> | undefined;
  #failure: unknown;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  /** `mayJoin`: whether others are likely to write in this turn of the event loop. */
  write<Result>(change: Change<Result>, mayJoin: boolean): Later<Result> {
    if (!mayJoin && this.#draining === undefined) {
      try {
        return unwrap(this.#transaction([change])[0]) as Result;
      } catch (error) {
        if (!isBusy(error)) throw error;
      }
    }
    return new Promise<Result>((resolve, reject) => {
      this.#queue.push({ change, resolve: resolve as Queued['resolve'], reject });
      this.#draining ??= this.#drain();
    });
  }

  /**
   * After a failed flush nobody knows what the disk has, and a file that was replaced is not ours: nothing more is written
   * here, and the file is opened anew.
   */
  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** Settles when nothing is queued. */
  async idle(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    for (;;) {
      // What arrives in this turn of the event loop leaves together.
      await new Promise(setImmediate);
      const group = this.#queue.splice(0);
      if (group.length === 0) break;
      await this.#settle(group);
    }
    this.#draining = undefined;
  }

  async #settle(group: readonly Queued[]): Promise<void> {
    try {
      const changes = group.map(({ change }) => change);
      const outcomes = await patiently(this.#parts.patience, () => this.#transaction(changes));
      for (const [index, { resolve, reject }] of group.entries()) {
        const outcome = outcomes[index]!;
        if ('refusal' in outcome) reject(outcome.refusal);
        else resolve(outcome.result);
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  #transaction(changes: readonly Change<unknown>[]): readonly Outcome[] {
    const { connection, onFailed, onWritten } = this.#parts;
    const { file, damage } = connection;
    if (damage !== undefined || this.#failure !== undefined) throw damage ?? this.#failure;
    const durability = changes.some((change) => change.durability === 'FULL') ? 'FULL' : 'NORMAL';
    let hasBegun = false;
    try {
      const outcomes = connection.transaction(durability, () => {
        hasBegun = true;
        return changes.map((change) => perform(change, connection));
      });
      if (!connection.isInPlace()) throw misplaced(file);
      onWritten();
      return outcomes;
    } catch (error) {
      if (hasBegun) onFailed();
      if (isBusy(error)) throw error;
      const failure = asOrchError(error, file);
      if (!isSqliteError(error, 'SQLITE_FULL')) this.#failure = failure;
      throw failure;
    }
  }
}

/** A refusal concerns one change only; what SQLite or the disk refuses, all of the transaction. */
function perform(change: Change<unknown>, connection: Connection): Outcome {
  try {
    return { result: change.perform(connection) };
  } catch (error) {
    if (isSqliteError(error)) throw error;
    return { refusal: error };
  }
}

function unwrap(outcome: Outcome | undefined): unknown {
  if (outcome === undefined || 'refusal' in outcome) throw outcome?.refusal;
  return outcome.result;
}
