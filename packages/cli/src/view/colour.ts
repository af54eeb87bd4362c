import { styleText } from 'node:util';

/** What a view needs to know of the stream it writes to; `process.stderr` is one. */
export interface TextStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  /** Bytes that its reader has not taken yet. */
  readonly writableLength?: number;
  write(text: string): unknown;
  /** Another size of the terminal. */
  on?(event: 'resize', listener: () => void): unknown;
  off?(event: 'resize', listener: () => void): unknown;
}

export type Colour = 'red' | 'green' | 'yellow' | 'dim' | 'bold';

/** Colours text, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string;

/** As Node decides it, by the stream's own terminal, `NO_COLOR`, `FORCE_COLOR` and `TERM`. */
export function isColoured(stream: TextStream): boolean {
  // What it asks of a stream is less than what its type says.
  return styleText('bold', ' ', { stream: stream as NodeJS.WriteStream }) !== ' ';
}

export function paintFor(stream: TextStream): Paint {
  return isColoured(stream)
    ? (colour, text) => styleText(colour, text, { validateStream: false })
    : (_colour, text) => text;
}
