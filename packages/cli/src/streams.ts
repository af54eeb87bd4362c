import { exitCodes } from './catalogue.ts';
import { leave } from './leave.ts';

let readerMayLeave = false;
let lost: Error | undefined;

/**
 * Called once, before anything is written. The reader of a standard stream may leave at any time: a closed pipe (`EPIPE`)
 * and a lost terminal (`EIO`) end the writing, never the run. Data that a disk refused is another matter.
 */
export function guardStreams(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO' && error.code !== 'ERR_STREAM_DESTROYED') lost ??= error;
    else if (readerMayLeave) leave(exitCodes.done);
  });
  process.stderr.on('error', ignoreClosedStream);
}

/** Why something that was written to stdout is lost, where it is. */
export function lostOutput(): Error | undefined {
  return lost;
}

/** For commands that only print data: nothing is left to do once nobody reads it. */
export function endWhenReaderLeaves(): void {
  readerMayLeave = true;
}

/** What could not be written is lost, and there is no stream left to say so. */
function ignoreClosedStream(): void {}

/** Writes data and waits until the reader took it, so that a slow one costs no memory. */
export function print(data: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => process.stdout.write(data, () => resolve()));
}

/** Says something to a person. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

let teller: (text: string) => void = say;

/** Says something to a person, where a run is shown beside it: not into the middle of a picture. */
export function tell(text: string): void {
  teller(text);
}

/** Until it is disposed of, `tell` is this. */
export function tellThrough(through: (text: string) => void): Disposable {
  teller = through;
  return {
    [Symbol.dispose]() {
      teller = say;
    },
  };
}

/** Waits until both streams have handed on what was written to them. */
export async function flushStreams(): Promise<void> {
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))),
  );
}
