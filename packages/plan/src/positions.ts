/** Lines and columns from 1. A column counts UTF-16 code units, as editors and compilers of the JavaScript world do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Characters between two places whose line is remembered: a file of 64 MiB may hold as many lines. */
const blockLength = 4_096;

const lineFeed = 0x0a;

/** Answers where an offset is; lines end with `\n`. */
export function positionsOf(text: string): (offset: number) => Position {
  /** The line in which each block begins, and where that line does. */
  const blocks: { readonly line: number; readonly start: number }[] = [];
  let line = 1;
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    if (at % blockLength === 0) blocks.push({ line, start });
    if (text.charCodeAt(at) === lineFeed) {
      line++;
      start = at + 1;
    }
  }
  return (offset) => {
    const block = Math.floor(offset / blockLength);
    const from = blocks[block]!;
    const position = { line: from.line, column: offset - from.start + 1 };
    for (let at = block * blockLength; at < offset; at++)
      if (text.charCodeAt(at) === lineFeed) {
        position.line++;
        position.column = offset - at;
      }
    return position;
  };
}
