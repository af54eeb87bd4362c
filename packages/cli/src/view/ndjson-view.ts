import type { RunEvent } from '@orch/core';
import { ndjsonStream } from './ndjson-stream.ts';
import type { NdjsonStream } from './ndjson-stream.ts';
import type { RunEnd, View, ViewOptions } from './view.ts';

type NdjsonViewOptions = Pick<ViewOptions, 'run' | 'read' | 'workflow'>;

/**
 * The events themselves on stdout. What a slow reader has not taken is left to the journal and read from there, so that
 * it costs no memory and does not hold up the run. Words for people stay on stderr.
 */
export class NdjsonView implements View {
  readonly #options: NdjsonViewOptions;
  readonly #stream: NdjsonStream;
  #readingOn: Promise<void> | undefined;

  constructor(options: NdjsonViewOptions, stream: NdjsonStream = ndjsonStream) {
    this.#options = options;
    this.#stream = stream;
    const { runId, version, workflow } = options.run.report;
    const name = workflow === '' ? options.workflow : workflow;
    stream.hello({ run: runId, ...(name === undefined ? {} : { workflow: name }), after: version });
    // What happened since it was shown by another view of this process.
    if (stream.version < version) this.#readOn();
  }

  news(event: RunEvent): void {
    if (this.#readingOn !== undefined) return;
    void this.#stream.event(event);
    if (this.#stream.isClogged) this.#readOn();
  }

  note(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  async end({ status, exitCode, next, result }: RunEnd): Promise<void> {
    // At once where nothing is left: the process may be about to exit.
    if (this.#readingOn !== undefined) await this.#readingOn;
    const more = { ...(next === undefined ? {} : { next }), ...(result === undefined ? {} : { result }) };
    await this.#stream.end({ status, exitCode, ...more });
  }

  close(): void {}

  #readOn(): void {
    const goOn = (): void => void (this.#readingOn = undefined);
    // What the journal can't tell is a gap in the versions.
    this.#readingOn = this.#readRest().then(goOn, goOn);
  }

  async #readRest(): Promise<void> {
    const { run, read } = this.#options;
    await this.#stream.taken();
    for (let before = -1; this.#stream.version < run.report.version && this.#stream.version > before;) {
      before = this.#stream.version;
      for await (const event of read(before)) await this.#stream.event(event);
    }
  }
}
