import type { RunEvent, RunStatus } from '@orch/core';
import { orchVersion } from '@orch/core/author';
import { eventJson } from './event-json.ts';

/** Of the lines around the events; the events have that of the journal. Raised when a line means something else than before. */
const schema = 1;

/** Bytes that may wait for a slow reader. */
const mostWaiting = 1024 * 1024;

export interface HelloLine {
  readonly run: string;
  readonly workflow?: string;
  /** The version before the first event that follows. */
  readonly after: number;
}

/** How a command ended. Whoever has not read it has read a stream that was cut. */
export interface EndLine {
  /** Absent where no run was driven or followed. */
  readonly status?: RunStatus;
  readonly exitCode: number;
  /** The command line to call next. */
  readonly next?: string;
  readonly error?: object;
  /** What `--json` asks for. */
  readonly result?: object;
}

export interface DataStream {
  readonly writableLength: number;
  write(text: string, done?: () => void): unknown;
}

/** What `--output ndjson` prints on stdout: a line that says what will come, events, and a line that says how it ended. */
export class NdjsonStream {
  readonly #stream: () => DataStream;
  #hello: Partial<HelloLine> | undefined;
  #isEnded = false;
  #version = 0;

  /** `stream`: asked for when something is written. */
  constructor(stream: () => DataStream) {
    this.#stream = stream;
  }

  /** Once: a process may come to drive what it followed, and the other way round. */
  hello(line: Partial<HelloLine>): void {
    if (this.#hello !== undefined) return;
    this.#hello = line;
    this.#version = line.after ?? 0;
    this.#stream().write(`${JSON.stringify({ type: 'hello', schema, orch: orchVersion, ...line })}\n`);
  }

  /** Version of the last event that was printed, or that was there before. */
  get version(): number {
    return this.#version;
  }

  /** Whether more waits for the reader than should be kept here. */
  get isClogged(): boolean {
    return this.#stream().writableLength > mostWaiting;
  }

  /** Settles when the reader has taken it. */
  event(event: RunEvent): Promise<void> {
    this.#version = event.version;
    return this.#write(eventJson(event));
  }

  /** Settles when the reader has taken all there is. */
  taken(): Promise<void> {
    return this.#write('');
  }

  /** Once. */
  async end(line: EndLine): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.hello({});
    const { run, workflow } = this.#hello ?? {};
    const { status, exitCode, ...rest } = line;
    const version = run === undefined ? undefined : this.#version;
    await this.#write(`${JSON.stringify({ type: 'end', run, workflow, version, status, exitCode, ...rest })}\n`);
  }

  #write(text: string): Promise<void> {
    return new Promise((resolve) => this.#stream().write(text, () => resolve()));
  }
}

/** Of this process. */
export const ndjsonStream: NdjsonStream = new NdjsonStream(() => process.stdout);

/** Whether a command line asks for it. */
export function asksForNdjson(args: readonly string[]): boolean {
  return (
    args.includes('--output=ndjson') || args.some((arg, index) => arg === '--output' && args[index + 1] === 'ndjson')
  );
}
