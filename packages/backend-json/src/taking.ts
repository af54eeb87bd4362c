import { unknownRun } from '@orch/core/author';
import { join } from 'node:path';
import type { Acquired, Holder, Taking } from '@orch/core/author';
import { isSystemError, truncated } from './damage.ts';
import { flushFolder, isExisting, removeIfThere, temporaryName, writeAll, writeNew } from './files.ts';
import { drop, hold } from './holding.ts';
import type { Holding } from './holding.ts';
import { readMessages } from './inbox.ts';
import { perform, take } from './protocol.ts';
import type { SegmentEnd, TakingDisk } from './protocol.ts';
import { chainStart, encodeRecord, kinds } from './record.ts';
import type { Kind } from './record.ts';
import { hasSegment, newestEpoch, segmentFile } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';
import { scanSegment, segmentAt } from './scan-segment.ts';
import { ownerPayload, sealPayload } from './segment.ts';
import type { Segment } from './segment.ts';
import { readSummaryFile, shorter } from './summary-file.ts';

export type Acquisition = Holding | Extract<Acquired, { readonly status: 'taken' }>;

export interface AcquireOptions {
  readonly taking: Taking;
  /** The newest segment as this process last read it. */
  readonly known: Segment | undefined;
  /** What this process writes to already. */
  readonly held: Holding | undefined;
  /** Whether this process let go of what it took with a token, without being able to say so on disk. */
  readonly letGo: (token: string) => boolean;
}

/** Takes a run where it is free, the taking has it already, or it is to be taken over. */
export async function acquire(folder: RunFolder, { taking, known, held, letGo }: AcquireOptions): Promise<Acquisition> {
  for (;;) {
    const epoch = newestEpoch(folder);
    const segment = look(folder, epoch, known);
    if (segment === undefined || segment.deleted) throw unknownRun(folder.run);
    const { token } = segment.owner;
    const own = token === taking.token;
    if (own && !letGo(token)) {
      const kept = await keep(folder, segment, held);
      if (kept !== undefined) return kept;
    }
    const holder = holderOf(segment);
    const over = taking.overEpoch === epoch && (holder.expired || taking.ifExpired !== true);
    if (!own && !segment.closed && !letGo(token) && !over) return { status: 'taken', ...holder };
    // Before anything is written: a run whose messages can't be read is not taken.
    readMessages(folder);
    const taken = await takeNext(folder, segment, taking);
    if (taken !== undefined) return taken;
  }
}

/** The same token again: what it has, if that can still be written to. */
async function keep(folder: RunFolder, segment: Segment, held: Holding | undefined): Promise<Holding | undefined> {
  if (held?.fence.epoch === segment.end.epoch && held.failure === undefined) return held;
  const holding = held === undefined ? hold(folder, segment) : undefined;
  if (holding === undefined) return undefined;
  let kept: Holding | undefined;
  try {
    // The process that wrote it may have ended before it could flush.
    folder.files.fdatasyncSync(holding.fd);
    flushFolder(folder.files, folder.path);
    if (!hasSegment(folder, segment.end.epoch + 1)) kept = holding;
    return kept;
  } finally {
    if (kept === undefined) drop(holding);
  }
}

export function holderOf({ owner, touchedAt }: Segment): Holder {
  const expired = Date.now() > touchedAt + owner.ttlMs;
  return { by: owner.owner, epoch: owner.epoch, since: owner.since, expired };
}

/**
 * Reads the newest segment from where this process or `run.json` left off. A journal that is shorter than it was must not
 * be sealed so.
 */
function look(folder: RunFolder, epoch: number, known: Segment | undefined): Segment | undefined {
  const noted = readSummaryFile(folder);
  const flushed = noted?.flushed;
  if (noted === undefined || flushed === undefined || flushed.epoch < epoch) return scanSegment(folder, epoch);
  const size = folder.files.statSync(segmentFile(folder, flushed.epoch), { throwIfNoEntry: false })?.size ?? 0;
  if (size < flushed.length) throw shorter(folder, flushed, size);
  // `run.json` may have been written in a newer epoch since that was looked for.
  if (flushed.epoch > epoch) return scanSegment(folder, epoch);
  if (known?.end.epoch === epoch && known.end.length >= flushed.length) return scanSegment(folder, epoch, known);
  const found = scanSegment(folder, epoch, segmentAt(folder, { ...flushed, summary: noted.summary }));
  if (found === undefined || found.end.length >= flushed.length) return found;
  throw shorter(folder, flushed, found.end.length);
}

async function takeNext(folder: RunFolder, newest: Segment, taking: Taking): Promise<Holding | undefined> {
  const epoch = newest.end.epoch + 1;
  const disk = new EpochOnDisk(folder, epoch, { taking, kind: kinds.owner, newest });
  try {
    if ((await perform(take(disk, epoch))) === 'taken') return disk.drop();
    const segment = scanSegment(folder, epoch);
    const holding = segment === undefined ? undefined : hold(folder, segment, disk.fd);
    return holding ?? disk.drop();
  } catch (error) {
    disk.drop();
    throw error;
  }
}

/** Ends a run: whoever links this epoch has removed it. `false`: somebody else took it. */
export function linkDeletion(folder: RunFolder, epoch: number, taking: Taking): boolean {
  const disk = new EpochOnDisk(folder, epoch, { taking, kind: kinds.deleted });
  try {
    disk.writeOwner();
    const linked = disk.link();
    disk.unlinkTemporary();
    if (linked) disk.flushFolder();
    return linked;
  } finally {
    disk.drop();
  }
}

interface FirstRecord {
  readonly taking: Taking;
  readonly kind: Kind;
  /** The segment before it, as it was last read. */
  readonly newest?: Segment;
}

/** The steps of `take` on real files. */
class EpochOnDisk implements TakingDisk<Segment> {
  fd = -1;
  readonly #folder: RunFolder;
  readonly #epoch: number;
  readonly #first: FirstRecord;
  readonly #temporary: string;
  #place = { offset: 0, crc: 0 };

  constructor(folder: RunFolder, epoch: number, first: FirstRecord) {
    this.#folder = folder;
    this.#epoch = epoch;
    this.#first = first;
    this.#temporary = join(folder.path, temporaryName());
  }

  writeOwner(): void {
    const { run, files } = this.#folder;
    const { taking, kind } = this.#first;
    const { bytes, crc } = ownerBytes({ run, epoch: this.#epoch, taking, kind });
    this.fd = writeNew(files, this.#temporary, bytes);
    this.#place = { offset: bytes.length, crc };
  }

  link(): boolean {
    try {
      this.#folder.files.linkSync(this.#temporary, segmentFile(this.#folder, this.#epoch));
      return true;
    } catch (error) {
      if (isExisting(error)) return false;
      throw error;
    }
  }

  unlinkTemporary(): void {
    removeIfThere(this.#folder.files, this.#temporary);
  }

  flushFolder(): void {
    flushFolder(this.#folder.files, this.#folder.path);
  }

  scan(epoch: number): Segment | undefined {
    const { newest } = this.#first;
    return scanSegment(this.#folder, epoch, newest?.end.epoch === epoch ? newest : undefined);
  }

  flush(epoch: number): void {
    const { files } = this.#folder;
    const fd = files.openSync(segmentFile(this.#folder, epoch), 'r');
    try {
      files.fdatasyncSync(fd);
    } finally {
      files.closeSync(fd);
    }
  }

  writeSeal(ends: readonly SegmentEnd[], unsealed: readonly Segment[]): void {
    const state = unsealed.find((segment) => segment.state !== undefined)?.state;
    if (state === undefined) {
      const what = `no earlier segment of run ${this.#folder.run} was taken whole`;
      throw truncated({ file: segmentFile(this.#folder, this.#epoch), offset: this.#place.offset, what });
    }
    const { bytes, crc } = encodeRecord(kinds.seal, sealPayload(ends, state), this.#place);
    writeAll(this.#folder.files, this.fd, { bytes, offset: this.#place.offset });
    this.#place = { offset: this.#place.offset + bytes.length, crc };
  }

  flushOwn(): void {
    this.#folder.files.fdatasyncSync(this.fd);
  }

  exists(epoch: number): boolean {
    return hasSegment(this.#folder, epoch);
  }

  drop(): undefined {
    if (this.fd >= 0) this.#folder.files.closeSync(this.fd);
    this.fd = -1;
    try {
      removeIfThere(this.#folder.files, this.#temporary);
    } catch (error) {
      // Nobody reads it: what went wrong before matters more.
      if (!isSystemError(error)) throw error;
    }
    return undefined;
  }
}

interface Owned {
  readonly run: string;
  readonly epoch: number;
  readonly taking: Taking;
  readonly kind: Kind;
}

export function ownerBytes({ run, epoch, taking, kind }: Owned): { readonly bytes: Buffer; readonly crc: number } {
  const { token, ttlMs, owner } = taking;
  const payload = ownerPayload({ run, epoch, token, ttlMs, since: Date.now(), owner });
  return encodeRecord(kind, payload, chainStart(run, epoch));
}
