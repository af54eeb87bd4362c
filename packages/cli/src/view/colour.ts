/** What a view needs to know of the stream it writes to; `process.stderr` is one. */
export interface TextStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

export type Colour = 'red' | 'green' | 'yellow' | 'dim' | 'bold';

const sequences: Readonly<Record<Colour, string>> = { bold: '1', dim: '2', red: '31', green: '32', yellow: '33' };

/** Colours text, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string;

/** Decided by NO_COLOR and by the stream's own terminal. */
export function isColoured(stream: TextStream, environment: NodeJS.ProcessEnv = process.env): boolean {
  return stream.isTTY === true && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb';
}

export function paintFor(stream: TextStream, environment: NodeJS.ProcessEnv = process.env): Paint {
  return isColoured(stream, environment)
    ? (colour, text) => `\u001B[${sequences[colour]}m${text}\u001B[0m`
    : (_colour, text) => text;
}
