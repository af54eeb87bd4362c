import type { Colour, Paint } from './colour.ts';
import { clip, displayWidth, pad } from './text.ts';

export interface TableOptions {
  /** How wide a line may be; absent: as wide as it likes. */
  readonly columns?: number | undefined;
  /** The number of the column that gives way first where the terminal is narrow. */
  readonly shrinks?: number | undefined;
  readonly paint?: Paint;
  /** Of the first cell of a row; absent: none. */
  readonly colourOf?: (row: number) => Colour | undefined;
}

const leastShrunk = 12;
export const between = '  ';

/** Rows of cells as lines, the first row with the titles. Cells are harmless text without escape sequences. */
export function tableLines(
  rows: readonly (readonly string[])[],
  { columns, shrinks, paint, colourOf }: TableOptions = {},
): string[] {
  const widths = widthsOf(rows, { columns, shrinks });
  return rows.map(([first = '', ...rest], row) => {
    const cells = rest.map((cell, index) => {
      const width = widths[index + 1] ?? 0;
      return pad(index + 1 === shrinks ? clip(cell, width) : cell, width);
    });
    const words = pad(first, widths[0] ?? 0);
    const colour = colourOf?.(row);
    const line = [words, ...cells].join(between).trimEnd();
    const fitting = columns === undefined ? line : clip(line, columns);
    if (colour === undefined || paint === undefined || !fitting.startsWith(words)) return fitting;
    return `${paint(colour, words)}${fitting.slice(words.length)}`;
  });
}

/** How wide each column is where all of it is shown. */
export function naturalWidths(rows: readonly (readonly string[])[]): readonly number[] {
  return (rows[0] ?? []).map((_, column) =>
    rows.reduce((most, cells) => Math.max(most, displayWidth(cells[column] ?? '')), 0),
  );
}

/** The last column takes what is left. */
function widthsOf(
  rows: readonly (readonly string[])[],
  { columns, shrinks }: Pick<TableOptions, 'columns' | 'shrinks'>,
): readonly number[] {
  const last = (rows[0]?.length ?? 0) - 1;
  const widths = naturalWidths(rows);
  if (columns === undefined || shrinks === undefined) return widths;
  const others = widths.reduce((sum, width, column) => (column === shrinks || column === last ? sum : sum + width), 0);
  // The last column is given a third, where it needs as much.
  const lastWidth = Math.min(widths[last] ?? 0, Math.floor(columns / 3));
  const room = columns - others - lastWidth - between.length * last;
  return widths.map((width, column) => (column === shrinks ? Math.min(width, Math.max(leastShrunk, room)) : width));
}
