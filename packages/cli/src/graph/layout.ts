import type { GraphPhase } from './phase-graph.ts';
import { meanOf, rowsOf } from './rows.ts';
import type { Knot } from './rows.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box {
  /** Its centre. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** By the number of the phase. */
  readonly boxes: readonly Box[];
  readonly edges: readonly { readonly from: number; readonly to: number; readonly points: readonly Point[] }[];
}

export interface LayoutOptions {
  /** How wide the box of each phase is. */
  readonly widths: readonly number[];
  readonly boxHeight: number;
}

const gapX = 20;
const gapY = 44;
const margin = 16;
const passingWidth = 4;
const rounds = 8;

/** Where boxes and edges go: rows from the top down, boxes near those that they are joined with. */
export function layOut(phases: readonly GraphPhase[], { widths, boxHeight }: LayoutOptions): Layout {
  const { rows, routes } = rowsOf(phases);
  const widthOf = ({ phase }: Knot): number => (phase === undefined ? passingWidth : (widths[phase] ?? 0));
  const x = new Map<Knot, number>();
  for (const row of rows) place(row, { x, widthOf, wanted: ({ at }) => at });
  for (let round = 0; round < rounds; round++)
    for (const [side, inOrder] of [
      ['above', rows],
      ['below', rows.toReversed()],
    ] as const)
      for (const row of inOrder)
        place(row, {
          x,
          widthOf,
          wanted: (knot) => meanOf(knot[side].map((it) => x.get(it) ?? 0)) ?? x.get(knot) ?? 0,
        });
  const all = rows.flat();
  if (all.length === 0) return { width: 2 * margin, height: 2 * margin, boxes: [], edges: [] };
  const left = all.reduce((least, knot) => Math.min(least, (x.get(knot) ?? 0) - widthOf(knot) / 2), Infinity);
  const right = all.reduce((most, knot) => Math.max(most, (x.get(knot) ?? 0) + widthOf(knot) / 2), -Infinity);
  const points = new Map<Knot, Point>();
  for (const [index, row] of rows.entries())
    for (const knot of row)
      points.set(knot, {
        x: Math.round((x.get(knot) ?? 0) - left + margin),
        y: margin + index * (boxHeight + gapY) + boxHeight / 2,
      });
  const boxes: Box[] = [];
  for (const [knot, point] of points)
    if (knot.phase !== undefined) boxes[knot.phase] = { ...point, width: widthOf(knot) };
  return {
    width: Math.ceil(right - left) + 2 * margin,
    height: rows.length * (boxHeight + gapY) - gapY + 2 * margin,
    boxes,
    edges: routes.map(({ from, to, knots }) => ({ from, to, points: knots.flatMap((knot) => points.get(knot) ?? []) })),
  };
}

interface Placing {
  readonly x: Map<Knot, number>;
  readonly widthOf: (knot: Knot) => number;
  readonly wanted: (knot: Knot) => number;
}

/**
 * Puts the knots of a row as near as they can be to where they are wanted, by the sum of squares, in their order and apart:
 * pool adjacent violators, after Ayer et al. 1955.
 */
function place(row: readonly Knot[], { x, widthOf, wanted }: Placing): void {
  const offsets: number[] = [];
  let offset = 0;
  for (const [index, knot] of row.entries()) {
    const before = row[index - 1];
    if (before !== undefined) offset += (widthOf(before) + widthOf(knot)) / 2 + gapX;
    offsets.push(offset);
  }
  const pools: { sum: number; size: number }[] = [];
  for (const [index, knot] of row.entries()) {
    let pool = { sum: wanted(knot) - (offsets[index] ?? 0), size: 1 };
    for (let last = pools.at(-1); last !== undefined && mean(last) >= mean(pool); last = pools.at(-1)) {
      pool = { sum: last.sum + pool.sum, size: last.size + pool.size };
      pools.pop();
    }
    pools.push(pool);
  }
  let index = 0;
  for (const pool of pools)
    for (let of = 0; of < pool.size; of++, index++) {
      const knot = row[index];
      if (knot !== undefined) x.set(knot, mean(pool) + (offsets[index] ?? 0));
    }
}

function mean({ sum, size }: { readonly sum: number; readonly size: number }): number {
  return sum / size;
}
