/** Lines and columns from 1. A column counts UTF-16 code units, as editors and compilers of the JavaScript world do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Answers where an offset is; lines end with `\n`. */
export function positionsOf(text: string): (offset: number) => Position {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    for (let high = starts.length; high - low > 1;) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  };
}
