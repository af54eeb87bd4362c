import { between, naturalWidths } from './table.ts';
import { clip } from './text.ts';

export interface FitOptions {
  /** How wide a line may be; absent: as wide as it likes. */
  readonly columns: number | undefined;
  /** The title of the column whose cells are cut first. */
  readonly shrinks: string;
  /** Titles of columns that a narrow terminal has no room for, in the order in which they are left out. */
  readonly leaves: readonly string[];
}

const leastShrunk = 8;

/** Of a table, its titles in the first row, the columns that fit whole, but for one that is cut. `left`: some are left out. */
export function fitColumns(
  rows: readonly (readonly string[])[],
  { columns, shrinks, leaves }: FitOptions,
): { readonly rows: readonly (readonly string[])[]; readonly left: boolean } {
  if (columns === undefined) return { rows, left: false };
  const titles = rows[0] ?? [];
  const widths = naturalWidths(rows);
  const shrunk = titles.indexOf(shrinks);
  let kept = titles.map((_, column) => column);
  /** What is left for the cells that may be cut. */
  const room = (): number =>
    kept.reduce((rest, column) => (column === shrunk ? rest : rest - (widths[column] ?? 0)), columns) -
    between.length * (kept.length - 1);
  const least = Math.min(widths[shrunk] ?? 0, leastShrunk);
  for (const title of leaves) {
    if (room() >= least) break;
    kept = kept.filter((column) => titles[column] !== title);
  }
  const width = Math.max(least, room());
  const fitting = rows.map((cells) =>
    kept.map((column) => (column === shrunk ? clip(cells[column] ?? '', width) : (cells[column] ?? ''))),
  );
  return { rows: fitting, left: kept.length < titles.length };
}
