import type { OwnSegment, ReadingDisk, SegmentEnd, SegmentView, TakingDisk } from '../../src/protocol.ts';

/** A record of the model: only what the protocol looks at. Lengths count records. */
export type ModelRecord =
  | { readonly kind: 'owner'; readonly by: string }
  | { readonly kind: 'seal'; readonly ends: readonly SegmentEnd[]; readonly version: number }
  | { readonly kind: 'commit'; readonly id: string; readonly after: number }
  | { readonly kind: 'end' }
  /** What a short write left behind: nothing after it can be read. */
  | { readonly kind: 'torn' };

export interface ModelFile {
  readonly records: readonly ModelRecord[];
  /** How many records a power cut leaves. */
  readonly flushed: number;
  /** Whether a power cut leaves the file at all. */
  readonly nameFlushed: boolean;
}

export interface ModelFiles {
  /** By epoch; index 0 is unused. */
  readonly segments: readonly (ModelFile | undefined)[];
  /** What `run.json` says. */
  readonly noted?: SegmentEnd;
}

export interface ModelView extends SegmentView {
  readonly commits: readonly Extract<ModelRecord, { kind: 'commit' }>[];
  readonly version?: number;
}

export class ShortWrite extends Error {}

/** Files in memory, as one process sees them at one step. */
export class MemoryDisk {
  files: ModelFiles;
  /** The step touched nothing that another process can see. */
  local = false;
  /** The next write is cut off in the middle. */
  writeFails = false;
  wrote = false;

  constructor(files: ModelFiles) {
    this.files = files;
  }

  newest(): number {
    return this.files.segments.length - 1;
  }

  exists(epoch: number): boolean {
    return this.files.segments[epoch] !== undefined;
  }

  scan(epoch: number): ModelView | undefined {
    const file = this.files.segments[epoch];
    return file === undefined ? undefined : viewOf(epoch, file.records);
  }

  change(epoch: number, file: ModelFile): void {
    const segments = [...this.files.segments];
    segments[epoch] = file;
    this.files = { ...this.files, segments };
  }

  write(epoch: number, record: ModelRecord): void {
    const file = this.fileOf(epoch);
    this.wrote = true;
    const fails = this.writeFails;
    this.change(epoch, { ...file, records: [...file.records, fails ? { kind: 'torn' } : record] });
    if (fails) throw new ShortWrite();
  }

  flush(epoch: number): void {
    const file = this.fileOf(epoch);
    if (file.flushed === file.records.length) this.local = true;
    else this.change(epoch, { ...file, flushed: file.records.length });
  }

  flushNames(): void {
    const segments = this.files.segments.map((file) =>
      file === undefined ? undefined : { ...file, nameFlushed: true },
    );
    this.files = { ...this.files, segments };
  }

  note(epoch: number): void {
    this.files = { ...this.files, noted: { epoch, length: this.fileOf(epoch).records.length, crc: '' } };
  }

  private fileOf(epoch: number): ModelFile {
    const file = this.files.segments[epoch];
    if (file === undefined) throw new Error(`no segment ${epoch}`);
    return file;
  }
}

function viewOf(epoch: number, records: readonly ModelRecord[]): ModelView {
  const commits: Extract<ModelRecord, { kind: 'commit' }>[] = [];
  let seal: Extract<ModelRecord, { kind: 'seal' }> | undefined;
  let closed = false;
  let length = 0;
  for (const record of records) {
    if (record.kind === 'torn' || closed) break;
    length++;
    if (record.kind === 'commit') commits.push(record);
    else if (record.kind === 'seal') seal = record;
    else if (record.kind === 'end') closed = true;
  }
  const end = { epoch, length, crc: '' };
  if (seal === undefined) return { end, closed, commits };
  return { end, closed, commits, sealed: seal.ends, version: seal.version + commits.length };
}

export function readingDisk(at: () => MemoryDisk): ReadingDisk<ModelView> {
  return {
    newest: () => at().newest(),
    exists: (epoch) => at().exists(epoch),
    scan: (epoch) => at().scan(epoch),
    noted: () => at().files.noted,
  };
}

export function takingDisk(at: () => MemoryDisk, epoch: number, by: string): TakingDisk<ModelView> {
  const alone = (): void => {
    at().local = true;
  };
  return {
    writeOwner: alone,
    link() {
      if (at().exists(epoch)) return false;
      at().change(epoch, { records: [{ kind: 'owner', by }], flushed: 1, nameFlushed: false });
      return true;
    },
    unlinkTemporary: alone,
    flushFolder: () => at().flushNames(),
    scan: (below) => at().scan(below),
    flush: (below) => at().flush(below),
    writeSeal(ends, unsealed) {
      const version = unsealed.find((view) => view.version !== undefined)?.version ?? Number.NaN;
      at().write(epoch, { kind: 'seal', ends, version: version + commitsBefore(unsealed) });
    },
    flushOwn: () => at().flush(epoch),
    exists: (above) => at().exists(above),
  };
}

/** A segment that is not sealed has no commits: its epoch was never held. */
function commitsBefore(unsealed: readonly ModelView[]): number {
  return unsealed.filter((view) => view.version === undefined).flatMap(({ commits }) => commits).length;
}

export function ownSegment(at: () => MemoryDisk, epoch: number, record: ModelRecord): OwnSegment {
  return {
    write: () => at().write(epoch, record),
    flush: () => at().flush(epoch),
    superseded: () => at().exists(epoch + 1),
    inPlace: () => {
      at().local = true;
      return at().exists(epoch);
    },
  };
}

/** The commits that a history has, in order. */
export function commitsIn(files: ModelFiles, ends: readonly SegmentEnd[]): readonly string[] {
  return ends.flatMap(({ epoch, length }) => {
    const records = files.segments[epoch]?.records.slice(0, length) ?? [];
    if (records.length < length) throw new Error(`a seal names ${length} records of epoch ${epoch}, which has fewer`);
    return records.flatMap((record) => (record.kind === 'commit' ? [`${record.after}:${record.id}`] : []));
  });
}
