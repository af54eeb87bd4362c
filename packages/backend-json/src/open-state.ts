import { join, resolve } from 'node:path';
import { notHeld, notOpen, orchError, runIdPattern, unknownRun } from '@orch/core/author';
import type { Fence } from '@orch/core/author';
import { asUnavailable, broken } from './damage.ts';
import type { Files } from './files.ts';
import { Flusher } from './flusher.ts';
import type { Memory } from './history.ts';
import { drop, hold, isNewest } from './holding.ts';
import type { Holding } from './holding.ts';
import type { Later } from './later.ts';
import { newestEpoch, segmentFile } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';
import { scanSegment } from './scan-segment.ts';
import { Turns } from './turns.ts';

/** How many runs a process remembers its reading of. */
const memoryLimit = 256;

/** All that one backend keeps in memory. Everything in it can be read again. */
export class OpenState {
  readonly folder: string;
  readonly runs: string;
  readonly files: Files;
  readonly flusher: Flusher;
  readonly holdings: Map<string, Holding> = new Map();
  /** `<run> <token>`: let go after a failed write, which could not be said on disk. */
  readonly letGo: Set<string> = new Set();
  readonly #memories = new Map<string, Memory>();
  readonly #turns = new Turns();
  #open = false;

  constructor(folder: string, files: Files) {
    this.folder = resolve(folder);
    this.runs = join(this.folder, 'runs');
    this.files = files;
    this.flusher = new Flusher(files);
  }

  open(): void {
    this.#open = true;
  }

  async close(): Promise<void> {
    this.#open = false;
    await this.#turns.done();
    for (const run of this.holdings.keys()) this.drop(run);
    this.#memories.clear();
  }

  /** One after another for each run: what changes it. */
  inTurn<Result>(run: string, task: (folder: RunFolder) => Later<Result>): Later<Result> {
    const folder = this.folderOf(run);
    if (!this.#open) throw notOpen('JSON');
    try {
      const result = this.#turns.take(run, task, folder);
      return result instanceof Promise ? result.catch(failed) : result;
    } catch (error) {
      return failed(error);
    }
  }

  async guarded<Result>(task: () => Later<Result>): Promise<Result> {
    if (!this.#open) throw notOpen('JSON');
    try {
      return await task();
    } catch (error) {
      return failed(error);
    }
  }

  /** Core checks run ids; one that could leave the folder must not get through all the same. */
  folderOf(run: string): RunFolder {
    const held = this.holdings.get(run);
    if (held !== undefined) return held.folder;
    if (runIdPattern.test(run)) return { files: this.files, run, path: join(this.runs, run) };
    throw orchError({
      code: 'ORCH_RUN_ID_INVALID',
      message: `"${run}" cannot be a run id.`,
      hint: 'Use letters, digits, dots, dashes and underscores, and begin with a letter or digit.',
    });
  }

  memoryOf(run: string): Memory {
    const memory = this.#memories.get(run) ?? {};
    this.#memories.delete(run);
    this.#memories.set(run, memory);
    for (const oldest of this.#memories.keys()) {
      if (this.#memories.size <= memoryLimit) break;
      this.#memories.delete(oldest);
    }
    return memory;
  }

  keep(holding: Holding): void {
    const { run } = holding.folder;
    if (this.holdings.get(run) !== holding) this.drop(run);
    this.holdings.set(run, holding);
  }

  drop(run: string): void {
    const holding = this.holdings.get(run);
    if (holding === undefined) return;
    this.holdings.delete(run);
    drop(holding);
  }

  forget(run: string): void {
    this.drop(run);
    this.#memories.delete(run);
  }

  /**
   * What is held under a fence: by this object, or by an earlier one of the same token. `undefined`: not any more.
   * Rejects with `ORCH_BACKEND_FENCE` where the run never had that fence, and with `ORCH_RUN_UNKNOWN`.
   */
  holdingOf(folder: RunFolder, fence: Fence): Holding | undefined {
    const held = this.holdings.get(folder.run);
    if (held !== undefined && held.fence.epoch === fence.epoch && held.fence.token === fence.token) {
      if (held.failure !== undefined || isNewest(held)) return held;
      this.drop(folder.run);
    }
    const newest = newestEpoch(folder);
    if (newest === 0) throw unknownRun(folder.run);
    const segment = scanSegment(folder, fence.epoch);
    if (segment === undefined || segment.deleted || segment.owner.token !== fence.token)
      throw notHeld(folder.run, fence.epoch);
    if (segment.closed || newest > fence.epoch || this.letGo.has(`${folder.run} ${fence.token}`)) return undefined;
    const holding = hold(folder, segment);
    if (holding === undefined) throw broken(segmentFile(folder, fence.epoch), new Error('a write into it was cut off'));
    this.keep(holding);
    return holding;
  }
}

function failed(error: unknown): never {
  throw asUnavailable(error);
}
