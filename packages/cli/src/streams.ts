/**
 * Standard streams whose reader may leave at any time: a closed pipe (`EPIPE`) and a lost terminal (`EIO`) end the
 * writing, never the run.
 */
let readerMayLeave = false;

/** Called once, before anything is written. */
export function guardStreams(): void {
  process.stdout.on('error', () => {
    if (readerMayLeave) process.exit(0);
  });
  process.stderr.on('error', ignoreClosedStream);
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

/** Waits until both streams have handed on what was written to them. */
export async function flushStreams(): Promise<void> {
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))),
  );
}
