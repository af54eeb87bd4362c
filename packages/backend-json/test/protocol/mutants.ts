import type {
  OwnSegment,
  ReadingDisk,
  SegmentView,
  Settled,
  Step,
  Steps,
  Taken,
  TakingDisk,
  Written,
} from '../../src/protocol.ts';
import { append, settled, take } from '../../src/protocol.ts';

/** The three orders of calls that make up the protocol. */
export interface Protocol {
  take<View extends SegmentView>(disk: TakingDisk<View>, epoch: number): Steps<Taken>;
  append(own: OwnSegment, flush: boolean): Steps<Written>;
  settled<View extends SegmentView>(disk: ReadingDisk<View>): Steps<Settled>;
  /** Whether a holder goes on in the same segment after a write that failed. */
  readonly goesOnAfterFailure: boolean;
}

export const product: Protocol = { take, append, settled, goesOnAfterFailure: false };

function* step<Result>(act: () => Result | Promise<Result>): Steps<Result> {
  return (yield act as Step) as Result;
}

interface TakeOrder {
  readonly readsBeforeLinking?: boolean;
  readonly readsSealed?: boolean;
  readonly flushesFolder?: boolean;
  readonly flushesSealed?: boolean;
  readonly looksAtTheEnd?: boolean;
  readonly minds?: boolean;
}

/** `take`, with one thing done otherwise. */
function takeLike(order: TakeOrder): Protocol['take'] {
  return function* <View extends SegmentView>(disk: TakingDisk<View>, epoch: number): Steps<Taken> {
    const early = order.readsBeforeLinking === true ? yield* readBefore(disk, epoch, order) : undefined;
    yield* step(() => disk.writeOwner());
    const linked = yield* step(() => disk.link());
    if (!linked && order.minds !== false) return 'taken';
    if (order.flushesFolder !== false) yield* step(() => disk.flushFolder());
    const views = early ?? (yield* readBefore(disk, epoch, order));
    if (order.flushesSealed !== false) for (const view of views) yield* step(() => disk.flush(view.end.epoch));
    const sealed = order.readsSealed === true ? [] : (views.at(-1)?.sealed ?? []);
    yield* step(() => disk.writeSeal([...sealed, ...views.map((view) => view.end).toReversed()], views));
    yield* step(() => disk.flushOwn());
    if (order.looksAtTheEnd === false) return 'held';
    return (yield* step(() => disk.exists(epoch + 1))) ? 'taken' : 'held';
  };
}

function* readBefore<View extends SegmentView>(
  disk: TakingDisk<View>,
  epoch: number,
  { readsSealed }: TakeOrder,
): Steps<readonly View[]> {
  const views: View[] = [];
  for (let below = epoch - 1; ; below--) {
    const view = yield* step(() => disk.scan(below));
    if (view !== undefined) views.push(view);
    if (view === undefined || (view.sealed !== undefined && readsSealed !== true)) return views;
  }
}

function* appendWithoutLooking(own: OwnSegment, flush: boolean): Steps<Written> {
  yield* step(() => own.write());
  if (flush) yield* step(() => own.flush());
  return 'ok';
}

function* appendLookingFirst(own: OwnSegment, flush: boolean): Steps<Written> {
  if (yield* step(() => own.superseded())) return 'lost';
  yield* step(() => own.write());
  if (flush) yield* step(() => own.flush());
  return 'ok';
}

function* appendWithoutFlush(own: OwnSegment): Steps<Written> {
  return yield* append(own, false);
}

function* settledLookingFirst<View extends SegmentView>(disk: ReadingDisk<View>): Steps<Settled> {
  for (;;) {
    const newest = yield* step(() => disk.newest());
    if (yield* step(() => disk.exists(newest + 1))) continue;
    const view = yield* step(() => disk.scan(newest));
    if (view?.sealed !== undefined) return { ends: [...view.sealed, view.end], taking: false };
    return { ends: [], taking: true };
  }
}

function* settledWithoutLooking<View extends SegmentView>(disk: ReadingDisk<View>): Steps<Settled> {
  const newest = yield* step(() => disk.newest());
  const view = yield* step(() => disk.scan(newest));
  return view?.sealed === undefined ? { ends: [], taking: true } : { ends: [...view.sealed, view.end], taking: false };
}

/** Shows what stands in the files although the seal that will decide is not there yet. */
function* settledBeforeTheSeal<View extends SegmentView>(disk: ReadingDisk<View>): Steps<Settled> {
  const newest = yield* step(() => disk.newest());
  const ends = [];
  for (let epoch = newest; ; epoch--) {
    const view = yield* step(() => disk.scan(epoch));
    if (view === undefined) return { ends, taking: false };
    ends.unshift(view.end);
    if (view.sealed !== undefined) return { ends: [...view.sealed, ...ends], taking: false };
  }
}

/** Takes the newest seal that is there for good, although a later epoch is being taken. */
function* settledByALateSeal<View extends SegmentView>(disk: ReadingDisk<View>): Steps<Settled> {
  for (;;) {
    const newest = yield* step(() => disk.newest());
    const view = yield* step(() => disk.scan(newest));
    if (yield* step(() => disk.exists(newest + 1))) continue;
    if (view?.sealed !== undefined) return { ends: [...view.sealed, view.end], taking: false };
    const before = yield* step(() => disk.scan(newest - 1));
    return { ends: before?.sealed ?? [], taking: true };
  }
}

/** Each differs from the product in one thing, and each must be caught. */
export const mutants: Readonly<Record<string, Protocol>> = {
  'a taker reads sealed segments again': { ...product, take: takeLike({ readsSealed: true }) },
  'a taker reads before it links': { ...product, take: takeLike({ readsBeforeLinking: true }) },
  'a taker does not flush the folder': { ...product, take: takeLike({ flushesFolder: false }) },
  'a taker seals what is not flushed': { ...product, take: takeLike({ flushesSealed: false }) },
  'a taker does not look for the epoch after its own': { ...product, take: takeLike({ looksAtTheEnd: false }) },
  'a taker goes on though the epoch is taken': { ...product, take: takeLike({ minds: false }) },
  'a writer does not look for a newer epoch': { ...product, append: appendWithoutLooking },
  'a writer looks before it writes': { ...product, append: appendLookingFirst },
  'a writer does not flush': { ...product, append: appendWithoutFlush },
  'a writer goes on after a short write': { ...product, goesOnAfterFailure: true },
  'a reader looks for a newer epoch before it reads': { ...product, settled: settledLookingFirst },
  'a reader does not look for a newer epoch': { ...product, settled: settledWithoutLooking },
  'a reader trusts a seal below one that is missing': { ...product, settled: settledByALateSeal },
  'a reader does not wait for the seal': { ...product, settled: settledBeforeTheSeal },
};
