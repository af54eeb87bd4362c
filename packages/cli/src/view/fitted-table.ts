import { between, naturalWidths, tableLines } from './table.ts';
import { clip } from './text.ts';

export interface FittedTableOptions {
  /** How wide a line may be; absent: as wide as it likes. */
  readonly columns: number | undefined;
  /** The title of the column whose cells are cut first. */
  readonly shrinks: string;
  /** Titles of columns that a narrow terminal has no room for, in the order in which they are left out. */
  readonly leaves: readonly string[];
}

const leastShrunk = 8;

export interface FittedTable {
  readonly lines: readonly string[];
  /** Columns that the terminal has no room for are left out. */
  readonly left: boolean;
}

/** A table with its titles in the first row: of the columns those that fit whole, but for one that is cut. */
export function fittedTable(rows: readonly (readonly string[])[], options: FittedTableOptions): FittedTable {
  const { columns } = options;
  if (columns === undefined) return { lines: tableLines(rows), left: false };
  const fitting = fitColumns(rows, { ...options, columns });
  return { lines: tableLines(fitting, { columns }), left: (fitting[0]?.length ?? 0) < (rows[0]?.length ?? 0) };
}

function fitColumns(
  rows: readonly (readonly string[])[],
  { columns, shrinks, leaves }: FittedTableOptions & { readonly columns: number },
): readonly (readonly string[])[] {
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
  return rows.map((cells) =>
    kept.map((column) => (column === shrunk ? clip(cells[column] ?? '', width) : (cells[column] ?? ''))),
  );
}
