import type { TextStream } from './colour.ts';

const defaultColumns = 80;
const defaultRows = 24;

const eraseBelow = '\u001B[J';
/** From the cursor's line on. Not from its beginning: at the top of the screen tmux would take that for `clear`, and keep it. */
const eraseBlock = '\r\u001B[2K\u001B[C\u001B[J\r';
const eraseLine = '\u001B[2K';
const stopWrapping = '\u001B[?7l';
const wrapAgain = '\u001B[?7h';

/**
 * Lines at the foot of a terminal that are written over, below lines that stay.
 *
 * Between two writes the cursor rests at the beginning of the block's first line. A terminal that becomes narrower wraps
 * lines anew, or cuts them, and says so only afterwards: the cursor stays with its line in each of them, so that all there
 * is from the cursor on is the block, however many rows it takes by then. While the block is written lines do not wrap, so
 * that one which a terminal shows wider than it was measured takes one row all the same.
 *
 * What this can't undo: rows of the block that have scrolled away, where nobody reaches them, stay. tmux makes room for the rows
 * that wrapping adds by scrolling, even where rows below the block are free: first goes what stands above the block on the
 * screen, then the block itself. So of a block that grows by more rows than stand above it the difference is left for good,
 * at each such step: in tmux 3.3a from 80×24 to 60×24, of 10 lines as wide as the screen below 3 others 7 rows, of 16 at the
 * foot of the screen 8; from 80×24 to 20×24 of the 16 there 40. A terminal that becomes narrower column by column, no faster
 * than it is painted, wraps nothing: the last column is free.
 */
export class LiveBlock {
  readonly #stream: TextStream;
  #shown: readonly string[] | undefined;
  #columns = 0;
  #rows = 0;

  constructor(stream: TextStream) {
    this.#stream = stream;
  }

  /** How wide a line may be: the last column stays free, since some terminals wrap when it is written. */
  get columns(): number {
    return Math.max(1, (this.#stream.columns || defaultColumns) - 1);
  }

  get rows(): number {
    return this.#stream.rows || defaultRows;
  }

  /** Adds lines that stay, and shows the block below them. Writes what changed; after a resize all of it. */
  update(permanent: readonly string[], block: readonly string[]): void {
    const shown = this.#shown ?? [];
    const isResized = this.columns !== this.#columns || this.rows !== this.#rows;
    const isAnew = permanent.length > 0 || block.length !== shown.length || (isResized && block.length > 0);
    const text = isAnew ? this.#anew(permanent, block) : changes(shown, block);
    this.#shown = block;
    this.#columns = this.columns;
    this.#rows = this.rows;
    if (text !== '') this.#stream.write(text);
  }

  #anew(permanent: readonly string[], block: readonly string[]): string {
    // At first the cursor may stand behind words of somebody else.
    const start = this.#shown === undefined ? eraseBelow : eraseBlock;
    const staying = permanent.map((line) => `${line}\n`).join('');
    return block.length === 0
      ? start + staying
      : `${start}${staying}${stopWrapping}${block.join('\n')}${toFirstLine(block.length - 1)}${wrapAgain}`;
  }
}

/** What turns one block into another one of as many lines. */
function changes(before: readonly string[], after: readonly string[]): string {
  const last = after.findLastIndex((line, index) => line !== before[index]);
  if (last < 0) return '';
  const lines = after.slice(0, last + 1).map((line, index) => (line === before[index] ? '' : `${eraseLine}${line}`));
  return `${stopWrapping}${lines.join('\n')}${toFirstLine(last)}${wrapAgain}`;
}

/** From a line of the block to the beginning of its first one. */
function toFirstLine(index: number): string {
  return index === 0 ? '\r' : `\r\u001B[${index}A`;
}
