import type { RunEvent } from '@orch/core';
import { attemptMs } from '../run/folded-run.ts';
import { BoundedStream } from './bounded-stream.ts';
import { paintFor } from './colour.ts';
import type { Paint } from './colour.ts';
import { eventLines } from './event-lines.ts';
import { formatDuration, formatTime, harmless, pad } from './text.ts';
import type { View, ViewOptions } from './view.ts';

const silenceMs = 30_000;
const mostRunning = 3;

export interface PlainViewOptions extends Pick<ViewOptions, 'run' | 'stream' | 'warningsAreNotes'> {
  /** What becomes of each line that has words of others in it. */
  readonly transform?: (line: string) => string;
}

/** Lines that are only ever appended: for pipes, files and logs. After 30 s of silence it says what is still running. */
export class PlainView implements View {
  readonly #options: PlainViewOptions;
  readonly #stream: BoundedStream;
  readonly #paint: Paint;
  readonly #heartbeat: NodeJS.Timeout;

  constructor(options: PlainViewOptions) {
    this.#options = options;
    this.#stream = new BoundedStream(options.stream);
    this.#paint = paintFor(options.stream);
    this.#heartbeat = setTimeout(() => this.#say(), silenceMs).unref();
  }

  news(event: RunEvent): void {
    for (const { word, colour, subject, detail } of eventLines(event, this.#options)) {
      const parts = [this.#paint(colour, pad(word, 11)), subject].filter((part) => part !== '');
      const text = `${parts.join(' ')}${detail === '' || subject === '' ? detail : `: ${detail}`}`;
      this.note(`${formatTime(event.at)} ${text.trimEnd()}`);
    }
  }

  note(text: string): void {
    const { transform } = this.#options;
    this.raw(transform === undefined ? text : text.split('\n').map(transform).join('\n'));
  }

  /** A line as it is. */
  raw(line: string): void {
    this.#stream.write(`${line}\n`);
    this.#heartbeat.refresh();
  }

  end(): void {
    this.close();
  }

  close(): void {
    clearTimeout(this.#heartbeat);
  }

  #say(): void {
    const { running, counts, report } = this.#options.run;
    const now = Date.now();
    const all = [...running];
    const first = all.slice(0, mostRunning).map((phase) => {
      const attempt = phase.attempts.at(-1);
      return `${harmless(phase.name)} ${attempt === undefined ? '' : formatDuration(attemptMs(attempt, now))}`.trimEnd();
    });
    const more = all.length > mostRunning ? ` and ${all.length - mostRunning} more` : '';
    const what = all.length === 0 ? 'waiting' : `still running: ${first.join(', ')}${more}`;
    this.note(`${formatTime(now)} ${what}; ${counts.completed} of ${report.phases.length} completed`);
  }
}
