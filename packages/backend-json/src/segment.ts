import type { Commit, Owner, RunEvent, RunSummary } from '@orch/core/author';
import { damaged, truncated, unknownRun } from './damage.ts';
import { openIfThere, readBetween } from './files.ts';
import type { SegmentEnd, SegmentView } from './protocol.ts';
import { chainStart, hex8, kinds, walk } from './record.ts';
import type { FoundRecord, Kind, Place } from './record.ts';
import type { RunFolder } from './run-folder.ts';
import { segmentFile } from './run-folder.ts';

/** The first record of a segment: whose taking it is. */
export interface OwnerRecord {
  readonly run: string;
  readonly epoch: number;
  readonly token: string;
  readonly ttlMs: number;
  /** Wall time in milliseconds since 1970. */
  readonly since: number;
  readonly owner: Owner;
}

/** The second record: where all earlier segments end, and what they come to. */
export interface SealRecord {
  /** Epoch, length and chain CRC of each, oldest first. */
  readonly sealed: readonly (readonly [epoch: number, length: number, crc: string])[];
  readonly version: number;
  readonly summary: RunSummary;
}

/** `after` is the version before the events. */
export interface CommitRecord {
  readonly after: number;
  readonly handled?: readonly string[];
  readonly events: readonly RunEvent[];
  readonly summary: readonly (string | number)[] | RunSummary;
}

/** A segment, read up to its last whole record. */
export interface Segment extends SegmentView {
  readonly file: string;
  readonly place: Place;
  readonly owner: OwnerRecord;
  /** Its taking removed the run. */
  readonly deleted: boolean;
  /** After its last commit; absent while the epoch is being taken. */
  readonly state?: { readonly version: number; readonly summary: RunSummary };
  /** Of its seal; what its commits leave out. */
  readonly base?: RunSummary;
  /** Bytes of an unfinished write follow. */
  readonly torn: boolean;
  /** Tells a file from another one of the same name. */
  readonly inode: number;
  /** When it was written to or renewed: wall time in milliseconds since 1970. */
  readonly touchedAt: number;
}

export function ownerPayload(record: OwnerRecord): string {
  return JSON.stringify(record);
}

export function sealPayload(ends: readonly SegmentEnd[], state: NonNullable<Segment['state']>): string {
  const sealed = ends.map(({ epoch, length, crc }) => [epoch, length, crc] as const);
  return JSON.stringify({ sealed, ...state } satisfies SealRecord);
}

export type CommitContent = Pick<Commit, 'expectedVersion' | 'handled' | 'events' | 'summary'>;

/** The same commit is the same bytes. Epoch and token stand in the segment's first record, which the chain starts with. */
export function commitPayload({ expectedVersion, handled, events, summary }: CommitContent, base: RunSummary): string {
  const named = handled === undefined || handled.length === 0 ? {} : { handled };
  const record: CommitRecord = { after: expectedVersion, ...named, events, summary: brief(summary, base) };
  return JSON.stringify(record);
}

/** What changes in a summary, or all of it where something else changed. */
function brief(summary: RunSummary, base: RunSummary): CommitRecord['summary'] {
  const { runId, workflow, createdAt, source, status, updatedAt, version, phases, completed, failed } = summary;
  const same =
    runId === base.runId && workflow === base.workflow && createdAt === base.createdAt && source === base.source;
  return same ? [status, updatedAt, version, phases, completed, failed] : summary;
}

export function fullSummary(stored: CommitRecord['summary'], base: RunSummary): RunSummary {
  if (!isBrief(stored)) return stored;
  const [status, updatedAt, version, phases, completed, failed] = stored;
  return { ...base, status, updatedAt, version, phases, completed, failed } as RunSummary;
}

function isBrief(stored: CommitRecord['summary']): stored is readonly (string | number)[] {
  return Array.isArray(stored);
}

/** What a commit leaves behind. */
export function stateAfter(payload: string, base: RunSummary): NonNullable<Segment['state']> {
  const { after, events, summary } = JSON.parse(payload) as CommitRecord;
  return { version: after + events.length, summary: fullSummary(summary, base) };
}

/** Reads a segment, or what was added to one that is known; `undefined`: there is none. */
export function scanSegment(folder: RunFolder, epoch: number, known?: Segment): Segment | undefined {
  const { files, run } = folder;
  const file = segmentFile(folder, epoch);
  const fd = openIfThere(files, file);
  if (fd === undefined) return undefined;
  try {
    const { size, ino, mtimeMs } = files.fstatSync(fd);
    const base = known !== undefined && known.inode === ino && size >= known.place.offset ? known : undefined;
    const from = base?.place ?? chainStart(run, epoch);
    const bytes = readBetween(files, fd, { from: from.offset, to: size });
    const draft = new Draft(file, base);
    const ownRun = base === undefined ? withForeignCheck(folder, { file, bytes }) : walk;
    const place = ownRun({ file, from, bytes }, (record) => draft.take(record));
    return draft.finish({
      place,
      epoch,
      inode: ino,
      touchedAt: mtimeMs,
      torn: from.offset + bytes.length > place.offset,
    });
  } finally {
    files.closeSync(fd);
  }
}

/** How much of a file is read for its first two records. */
const headLimit = 16_384;

/** A place of a segment up to which all is known, so that only what follows has to be read. */
export interface KnownPlace {
  readonly epoch: number;
  readonly length: number;
  readonly crc: string;
  readonly version: number;
  readonly closed: boolean;
  readonly summary: RunSummary;
}

/** A segment as it was at a known place; `undefined`: its first records are not all in the head. */
export function segmentAt(folder: RunFolder, known: KnownPlace): Segment | undefined {
  const { files, run } = folder;
  const { epoch, length, crc, version, closed, summary } = known;
  const file = segmentFile(folder, epoch);
  const fd = openIfThere(files, file);
  if (fd === undefined) return undefined;
  try {
    const { ino, mtimeMs } = files.fstatSync(fd);
    const bytes = readBetween(files, fd, { from: 0, to: Math.min(length, headLimit) });
    const draft = new Draft(file, undefined);
    let records = 0;
    withForeignCheck(folder, { file, bytes })({ file, from: chainStart(run, epoch), bytes }, (record) => {
      if (records++ < 2) draft.take(record);
    });
    if (records < 2) return undefined;
    const place = { offset: length, crc: Number.parseInt(crc, 16) };
    const segment = draft.finish({ place, epoch, inode: ino, touchedAt: mtimeMs, torn: false });
    return { ...segment, closed, state: { version, summary } };
  } finally {
    files.closeSync(fd);
  }
}

/** Gathers what the records of a segment say; parses the last commit only. */
class Draft {
  readonly #file: string;
  #owner: OwnerRecord | undefined;
  #deleted = false;
  #sealed: readonly SegmentEnd[] | undefined;
  #state: Segment['state'];
  #base: RunSummary | undefined;
  #commit: FoundRecord | undefined;
  #closed = false;

  constructor(file: string, base: Segment | undefined) {
    this.#file = file;
    if (base === undefined) return;
    this.#owner = base.owner;
    this.#deleted = base.deleted;
    this.#sealed = base.sealed;
    this.#state = base.state;
    this.#base = base.base;
    this.#closed = base.closed;
  }

  take(record: FoundRecord): void {
    const { kind } = record;
    if (this.#owner === undefined ? !isFirst(kind) : this.#closed || !this.#follows(kind))
      throw damaged({ file: this.#file, offset: record.start, what: `a record of kind "${kind}" has no place here` });
    if (kind === kinds.commit) this.#commit = record;
    else if (kind === kinds.seal) this.#takeSeal(JSON.parse(record.payload()) as SealRecord);
    else if (kind === kinds.end) this.#closed = true;
    else {
      this.#owner = JSON.parse(record.payload()) as OwnerRecord;
      this.#deleted = kind === kinds.deleted;
    }
  }

  finish(found: Pick<Segment, 'place' | 'torn' | 'inode' | 'touchedAt'> & { readonly epoch: number }): Segment {
    const { place, epoch, ...rest } = found;
    if (this.#owner === undefined)
      throw truncated({ file: this.#file, offset: place.offset, what: 'it was made with its first record whole' });
    const state =
      this.#commit === undefined || this.#base === undefined
        ? this.#state
        : stateAfter(this.#commit.payload(), this.#base);
    return {
      ...rest,
      file: this.#file,
      place,
      owner: this.#owner,
      deleted: this.#deleted,
      closed: this.#closed,
      end: { epoch, length: place.offset, crc: hex8(place.crc) },
      ...(this.#sealed === undefined ? {} : { sealed: this.#sealed }),
      ...(state === undefined ? {} : { state }),
      ...(this.#base === undefined ? {} : { base: this.#base }),
    };
  }

  #follows(kind: string): boolean {
    if (this.#deleted) return false;
    return this.#sealed === undefined ? kind === kinds.seal : kind === kinds.commit || kind === kinds.end;
  }

  #takeSeal({ sealed, version, summary }: SealRecord): void {
    this.#sealed = sealed.map(([epoch, length, crc]) => ({ epoch, length, crc }));
    this.#state = { version, summary };
    this.#base = summary;
  }
}

function isFirst(kind: string): kind is Kind {
  return kind === kinds.owner || kind === kinds.deleted;
}

/** A chain that does not start with this run may be the whole journal of another one: say so. */
function withForeignCheck(folder: RunFolder, { file, bytes }: { file: string; bytes: Buffer }): typeof walk {
  return (stretch, visit) => {
    try {
      return walk(stretch, visit);
    } catch (error) {
      const foreign = foreignRun(bytes);
      if (foreign === undefined || foreign.run === folder.run) throw error;
      // A file system that does not tell `A` from `a` opens the folder of the one for the other.
      if (foreign.run.toLowerCase() === folder.run.toLowerCase()) throw unknownRun(folder.run);
      const what = `it belongs to epoch ${foreign.epoch} of run ${foreign.run}`;
      throw damaged({ file, offset: 0, what });
    }
  };
}

function foreignRun(bytes: Buffer): { readonly run: string; readonly epoch: number } | undefined {
  const named = /^\{"run":"([\w.-]+)","epoch":(\d+),/.exec(bytes.toString('latin1', 30, 230));
  if (named?.[1] === undefined) return undefined;
  const found = { run: named[1], epoch: Number(named[2]) };
  try {
    let fits = false;
    walk({ file: '', from: chainStart(found.run, found.epoch), bytes }, () => (fits = true));
    return fits ? found : undefined;
  } catch {
    // Not whole as that run's either: the first finding stands.
    return undefined;
  }
}
