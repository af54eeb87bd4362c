import type { Later } from './later.ts';

/**
 * Fencing on plain files, without locks: the order of calls that `take`, `append`, `close` and `settled` must keep, and
 * nothing else. One segment file per epoch; only its holder writes to it.
 *
 *   take n+1:  owner record into a temporary file, flush → link it to journal-<n+1> (exists: somebody else's) → unlink
 *              the temporary name → flush the folder → read what no seal covers → flush that → write the seal, flush
 *              → n+2 absent? held
 *   append:    write → flush → n+1 absent and own file still in place? acknowledge
 *   settled:   read the newest segment → a newer one absent? show; it has no seal: show only what was noted as acknowledged
 *
 * Each call is one step of a generator. The backend runs the steps on real files; `test/protocol` runs the same
 * generators on files in memory, in every order that two takers, a writer and a reader can come in, and shows that each
 * other order of these calls loses, doubles or takes back a record.
 */
export type Step = () => unknown;
export type Steps<Result> = Generator<Step, Result, unknown>;

/** Where a segment ends: fixed by a seal, or where its last whole record ends. */
export interface SegmentEnd {
  readonly epoch: number;
  readonly length: number;
  /** Of the chain up to there, in hex. */
  readonly crc: string;
}

/** What was read of a segment, up to its last whole record. */
export interface SegmentView {
  readonly end: SegmentEnd;
  /** The ends of all earlier segments; absent while the epoch is being taken. */
  readonly sealed?: readonly SegmentEnd[];
  /** Its holder let go: nothing follows. */
  readonly closed: boolean;
}

/** The folder of a run as a reader sees it. */
export interface ReadingDisk<View extends SegmentView> {
  newest(): number;
  exists(epoch: number): boolean;
  scan(epoch: number): View | undefined;
  /** A place up to which a holder noted that all was acknowledged. */
  noted(): SegmentEnd | undefined;
}

/** The folder of a run as somebody sees it who takes `epoch`. */
export interface TakingDisk<View extends SegmentView> {
  writeOwner(): void;
  /** `false`: the epoch is somebody else's. */
  link(): boolean;
  unlinkTemporary(): void;
  flushFolder(): void;
  scan(epoch: number): View | undefined;
  flush(epoch: number): void;
  /** `unsealed`: newest first; the last one brings the ends of all before it. */
  writeSeal(ends: readonly SegmentEnd[], unsealed: readonly View[]): void;
  flushOwn(): void;
  exists(epoch: number): boolean;
}

/** The segment of a holder, with the record it is about to write. Its calls are steps as they are. */
export interface OwnSegment {
  readonly write: () => void;
  readonly flush: () => void | Promise<void>;
  /** Whether the next epoch is taken. */
  readonly superseded: () => boolean;
  /** Whether the file is where it was: a deleted run has none. */
  readonly inPlace: () => boolean;
}

function* step<Result>(act: () => Result | Promise<Result>): Steps<Result> {
  return (yield act) as Result;
}

export type Taken = 'held' | 'taken';

export function* take<View extends SegmentView>(disk: TakingDisk<View>, epoch: number): Steps<Taken> {
  yield* step(() => disk.writeOwner());
  const linked = yield* step(() => disk.link());
  yield* step(() => disk.unlinkTemporary());
  if (!linked) return 'taken';
  yield* step(() => disk.flushFolder());
  const unsealed = yield* unsealedBefore(disk, epoch);
  // The seal must not reach the disk before what it names.
  for (const view of unsealed) yield* step(() => disk.flush(view.end.epoch));
  const ends = [...(unsealed.at(-1)?.sealed ?? []), ...unsealed.map((view) => view.end).toReversed()];
  yield* step(() => disk.writeSeal(ends, unsealed));
  yield* step(() => disk.flushOwn());
  return (yield* step(() => disk.exists(epoch + 1))) ? 'taken' : 'held';
}

/** Newest first: the segments that no seal covers, down to and with the one that carries the newest seal. */
function* unsealedBefore<View extends SegmentView>(disk: TakingDisk<View>, epoch: number): Steps<readonly View[]> {
  const views: View[] = [];
  for (let below = epoch - 1; ; below--) {
    const view = yield* step(() => disk.scan(below));
    if (view !== undefined) views.push(view);
    if (view === undefined || view.sealed !== undefined) return views;
  }
}

export type Written = 'ok' | 'lost';

/** Writes one record. Also how a holder lets go: the record is then the one that closes the segment. */
export function* append(own: OwnSegment, flush: boolean): Steps<Written> {
  yield own.write;
  if (flush) yield own.flush;
  // In this order: a folder that is still in place now was in place when the next epoch was looked for.
  if (yield own.superseded) return 'lost';
  return (yield own.inPlace) ? 'ok' : 'lost';
}

export interface Settled {
  /** What may be shown, oldest segment first. */
  readonly ends: readonly SegmentEnd[];
  /** A newer epoch is being taken: more may stand in the files, which its seal will tell. */
  readonly taking: boolean;
}

/** How far the journal may be shown: all of it was acknowledged, or will be by whoever holds or takes the run. */
export function* settled<View extends SegmentView>(disk: ReadingDisk<View>): Steps<Settled> {
  for (;;) {
    const newest = yield* step(() => disk.newest());
    const view = yield* step(() => disk.scan(newest));
    if (yield* step(() => disk.exists(newest + 1))) continue;
    if (view === undefined) return { ends: [], taking: false };
    if (view.sealed !== undefined) return { ends: [...view.sealed, view.end], taking: false };
    // A seal or an end in an earlier segment does not count now: it may be late, and the taker have read without it.
    return { ends: yield* notedEnds(disk), taking: true };
  }
}

function* notedEnds<View extends SegmentView>(disk: ReadingDisk<View>): Steps<readonly SegmentEnd[]> {
  const noted = yield* step(() => disk.noted());
  if (noted === undefined) return [];
  const view = yield* step(() => disk.scan(noted.epoch));
  return view?.sealed === undefined ? [] : [...view.sealed, noted];
}

/** Runs steps one after another, and answers at once unless one of them has to be waited for. */
export function perform<Result>(steps: Steps<Result>, before?: unknown): Later<Result> {
  let next = steps.next(before);
  while (next.done !== true) {
    const answer = next.value();
    if (answer instanceof Promise) return answer.then((settled) => perform(steps, settled));
    next = steps.next(answer);
  }
  return next.value;
}
