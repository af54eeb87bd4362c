import { levelsOf } from './phase-graph.ts';
import type { GraphPhase } from './phase-graph.ts';

/** A place in a row: of a phase, or one that an edge passes through. */
export interface Knot {
  /** Absent: an edge passes. */
  readonly phase?: number;
  readonly above: Knot[];
  readonly below: Knot[];
  /** Its place in its row. */
  at: number;
}

/** An edge as the knots that it goes through, from the phase that is needed to the one that needs it. */
export type Route = readonly Knot[];

export interface Rows {
  readonly rows: readonly (readonly Knot[])[];
  readonly routes: readonly { readonly from: number; readonly to: number; readonly knots: Route }[];
}

/** More would be too wide to be read: what is left of a level goes into further rows. */
const mostInRow = 10;
/** Longer edges than these many places allow go straight. */
const mostPassing = 5_000;
const sweeps = 6;

/** Phases in rows below what they depend on, ordered so that few edges cross. The same phases give the same rows. */
export function rowsOf(phases: readonly GraphPhase[]): Rows {
  const levels = levelsOf(phases);
  const knots = phases.map((_, phase): Knot => ({ phase, above: [], below: [], at: 0 }));
  const ofLevel: Knot[][][] = [];
  for (const [index, knot] of knots.entries()) (ofLevel[levels[index] ?? 0] ??= [[]])[0]?.push(knot);
  for (const [level, [all = []]] of ofLevel.entries()) ofLevel[level] = inRows(all);
  const routes = routesOf(phases, { levels, knots, ofLevel });
  const rows = ofLevel.flat();
  for (const row of rows) number(row);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (const row of rows) order(row, 'above');
    for (const row of rows.toReversed()) order(row, 'below');
  }
  return { rows, routes };
}

function inRows(all: readonly Knot[]): Knot[][] {
  const count = Math.ceil(all.length / mostInRow);
  const size = Math.ceil(all.length / count);
  return Array.from({ length: count }, (_, row) => all.slice(row * size, (row + 1) * size));
}

interface Placed {
  readonly levels: readonly number[];
  readonly knots: readonly Knot[];
  readonly ofLevel: readonly (readonly Knot[][])[];
}

/** The shortest edges are given places first: a long one that goes straight is seen all the same. */
function routesOf(phases: readonly GraphPhase[], { levels, knots, ofLevel }: Placed): Rows['routes'] {
  const span = (from: number, to: number): number => (levels[to] ?? 0) - (levels[from] ?? 0);
  const edges = phases.flatMap(({ needs }, to) => needs.map((from) => ({ from, to })));
  let left = mostPassing;
  return edges
    .toSorted((one, other) => span(one.from, one.to) - span(other.from, other.to))
    .map(({ from, to }) => {
      const passing: Knot[] = [];
      const between = span(from, to) - 1;
      if (between <= left) {
        left -= between;
        for (let level = (levels[from] ?? 0) + 1; level < (levels[to] ?? 0); level++) {
          const knot: Knot = { above: [], below: [], at: 0 };
          ofLevel[level]?.[0]?.push(knot);
          passing.push(knot);
        }
      }
      const route = [knots[from] as Knot, ...passing, knots[to] as Knot];
      for (const [index, knot] of route.entries()) {
        const next = route[index + 1];
        if (next === undefined) continue;
        knot.below.push(next);
        next.above.push(knot);
      }
      return { from, to, knots: route };
    });
}

/** By the mean place of the neighbours on one side; what has none keeps its place. */
function order(row: Knot[] | readonly Knot[], side: 'above' | 'below'): void {
  const wanted = new Map(row.map((knot) => [knot, meanOf(knot[side].map(({ at }) => at)) ?? knot.at]));
  const sorted = row.toSorted((one, other) => (wanted.get(one) ?? 0) - (wanted.get(other) ?? 0) || one.at - other.at);
  (row as Knot[]).splice(0, row.length, ...sorted);
  number(row);
}

function number(row: readonly Knot[]): void {
  for (const [index, knot] of row.entries()) knot.at = index - (row.length - 1) / 2;
}

export function meanOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}
