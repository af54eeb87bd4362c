/** A time of a run, and where it stands between 0 and 100. */
interface Piece {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

export interface ScaleOptions {
  readonly from: number;
  readonly to: number;
  /** Times in which nobody drove the run, in order. */
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
}

/** A gap takes so much of the whole, however long it was. */
const gapShare = 3;
const mostGaps = 8;

/** Puts times on a line from 0 to 100. Long times in which nobody drove the run are cut short: they would leave nothing to be seen. */
export class TimeScale {
  readonly #pieces: readonly Piece[];
  /** The gaps that were cut short. */
  readonly cuts: readonly Piece[];

  constructor({ from, to, gaps }: ScaleOptions) {
    const within = gaps.filter((gap) => gap.from >= from && gap.to <= to && gap.to > gap.from);
    const driven = to - from - within.reduce((sum, gap) => sum + gap.to - gap.from, 0);
    const cut = within
      .filter((gap) => gap.to - gap.from > (driven * gapShare) / 100)
      .toSorted((one, other) => other.to - other.from - (one.to - one.from))
      .slice(0, mostGaps)
      .toSorted((one, other) => one.from - other.from);
    const rest = Math.max(1, to - from - cut.reduce((sum, gap) => sum + gap.to - gap.from, 0));
    const perMs = (100 - cut.length * gapShare) / rest;
    const pieces: Piece[] = [];
    const cuts: Piece[] = [];
    let [at, place] = [from, 0];
    for (const gap of cut) {
      const start = place + (gap.from - at) * perMs;
      pieces.push({ from: at, to: gap.from, start: place, end: start });
      const piece = { ...gap, start, end: start + gapShare };
      pieces.push(piece);
      cuts.push(piece);
      [at, place] = [gap.to, piece.end];
    }
    pieces.push({ from: at, to: Math.max(to, at + 1), start: place, end: 100 });
    this.#pieces = pieces;
    this.cuts = cuts;
  }

  /** What is before or after stands at the edge. */
  of(time: number): number {
    const piece = this.#pieces.find(({ to }) => time <= to) ?? this.#pieces.at(-1);
    if (piece === undefined || piece.to <= piece.from) return piece?.start ?? 0;
    const share = Math.min(1, Math.max(0, (time - piece.from) / (piece.to - piece.from)));
    return piece.start + share * (piece.end - piece.start);
  }

  /** The time at a place. */
  at(place: number): number {
    const piece = this.#pieces.find(({ end }) => place <= end) ?? this.#pieces.at(-1);
    if (piece === undefined || piece.end <= piece.start) return piece?.from ?? 0;
    return piece.from + ((place - piece.start) / (piece.end - piece.start)) * (piece.to - piece.from);
  }
}
