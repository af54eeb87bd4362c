import type { TextStream } from './colour.ts';
import { displayWidth } from './text.ts';

const defaultColumns = 80;

/** Lines at the foot of a terminal that are written over, below lines that stay. */
export class LiveBlock {
  readonly #stream: TextStream;
  #shown: readonly string[] = [];

  constructor(stream: TextStream) {
    this.#stream = stream;
  }

  /** How wide a line may be: the last column stays free, since some terminals wrap when it is written. */
  get columns(): number {
    return Math.max(1, (this.#stream.columns || defaultColumns) - 1);
  }

  /** Adds lines that stay, and shows the block below them. Writes nothing where nothing changed. */
  update(permanent: readonly string[], block: readonly string[]): void {
    if (permanent.length === 0 && sameLines(block, this.#shown)) return;
    const text = [...permanent, ...block].map((line) => `${line}\n`).join('');
    this.#stream.write(this.#eraseSequence() + text);
    this.#shown = block;
  }

  /** Cursor to the first row of the block, and all below it cleared. A terminal that became narrower has wrapped its lines. */
  #eraseSequence(): string {
    if (this.#shown.length === 0) return '';
    const columns = this.#stream.columns || defaultColumns;
    const rows = this.#shown.reduce((sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / columns)), 0);
    return `\r\u001B[${rows}A\u001B[J`;
  }
}

function sameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index]);
}
