import { compactEvents } from '@orch/core/author';
import type { Commit, CompactEvents, Fence, Owner, RunSummary } from '@orch/core/author';
import { damaged, truncated } from './damage.ts';
import type { SegmentEnd, SegmentView } from './protocol.ts';
import { hex8, kinds } from './record.ts';
import type { Kind, Place } from './record.ts';

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
export interface CommitRecord extends CompactEvents {
  readonly after: number;
  readonly handled?: readonly string[];
  readonly summary: BriefSummary | RunSummary;
}

/** What the seal and the events don't tell. */
type BriefSummary = readonly [status: RunSummary['status'], phases: number, completed: number, failed: number];

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
  /** Of the file, in bytes, its room included. */
  readonly size: number;
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

export type CommitContent = Pick<Commit, 'expectedVersion' | 'handled' | 'events' | 'summary'> & {
  readonly fence: Pick<Fence, 'epoch'>;
};

/** The same commit is the same bytes. Epoch and token stand in the segment's first record, which the chain starts with. */
export function commitPayload(commit: CommitContent, base: RunSummary): string {
  const { expectedVersion: after, handled } = commit;
  const { at, events } = compactEvents(commit.events, { after, epoch: commit.fence.epoch });
  const summary = brief(commit.summary, base, { version: after + events.length, updatedAt: at });
  const record: CommitRecord =
    handled === undefined || handled.length === 0
      ? { after, at, events, summary }
      : { after, at, handled, events, summary };
  return JSON.stringify(record);
}

type Reached = Pick<RunSummary, 'version' | 'updatedAt'>;

/** What changes in a summary, or all of it where something else changed. */
function brief(summary: RunSummary, base: RunSummary, reached: Reached): CommitRecord['summary'] {
  const { runId, workflow, createdAt, source, status, phases, completed, failed } = summary;
  const same =
    runId === base.runId &&
    workflow === base.workflow &&
    createdAt === base.createdAt &&
    source === base.source &&
    summary.version === reached.version &&
    summary.updatedAt === reached.updatedAt;
  return same ? [status, phases, completed, failed] : summary;
}

/** What a commit leaves behind. */
export function summaryAfter({ after, at, events, summary }: CommitRecord, base: RunSummary): RunSummary {
  if (!isBrief(summary)) return summary;
  const [status, phases, completed, failed] = summary;
  return { ...base, status, updatedAt: at, version: after + events.length, phases, completed, failed };
}

function isBrief(stored: CommitRecord['summary']): stored is BriefSummary {
  return Array.isArray(stored);
}

export function stateAfter(payload: string, base: RunSummary): NonNullable<Segment['state']> {
  const commit = JSON.parse(payload) as CommitRecord;
  return { version: commit.after + commit.events.length, summary: summaryAfter(commit, base) };
}

/** A record as a scan meets it. */
export interface ScannedRecord {
  readonly kind: string;
  readonly start: number;
  payload(): string;
}

/** What a look at the file tells. */
export type FoundSegment = Pick<Segment, 'place' | 'torn' | 'size' | 'inode' | 'touchedAt'> & {
  readonly epoch: number;
};

/** Gathers what the records of a segment say; parses the last commit only. */
export class Draft {
  readonly #file: string;
  #owner: OwnerRecord | undefined;
  #deleted = false;
  #sealed: readonly SegmentEnd[] | undefined;
  #state: Segment['state'];
  #base: RunSummary | undefined;
  #commit: ScannedRecord | undefined;
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

  take(record: ScannedRecord): void {
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

  finish(found: FoundSegment): Segment {
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
