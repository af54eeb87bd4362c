import type { TextStream } from './colour.ts';
import { count } from './text.ts';

const mostWaiting = 16 * 1024 * 1024;

/** Lines to a reader that may be slow. Those that would cost too much memory meanwhile are left out, which is said. */
export class BoundedStream implements TextStream {
  readonly #stream: TextStream;
  #leftOut = 0;

  constructor(stream: TextStream) {
    this.#stream = stream;
  }

  write(line: string): void {
    if ((this.#stream.writableLength ?? 0) > mostWaiting) {
      this.#leftOut++;
      return;
    }
    const before = this.#leftOut === 0 ? '' : `(${count(this.#leftOut, 'line')} left out: not read in time)\n`;
    this.#leftOut = 0;
    this.#stream.write(before + line);
  }
}
