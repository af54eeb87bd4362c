import type { RunEvent } from '@orch/core';
import { attemptMs } from '../run/folded-run.ts';
import { paintFor } from './colour.ts';
import type { Paint } from './colour.ts';
import { eventLines } from './event-lines.ts';
import { formatDuration, formatTime, harmless, pad } from './text.ts';
import type { View, ViewOptions } from './view.ts';

const silenceMs = 30_000;
const mostRunning = 3;

/** Lines that are only ever appended: for pipes, files and logs. After 30 s of silence it says what is still running. */
export class PlainView implements View {
  readonly #options: ViewOptions;
  readonly #paint: Paint;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(options: ViewOptions) {
    this.#options = options;
    this.#paint = paintFor(options.stream);
    this.#listen();
  }

  news(event: RunEvent): void {
    for (const { word, colour, subject, detail } of eventLines(event, this.#options)) {
      const parts = [this.#paint(colour, pad(word, 11)), subject].filter((part) => part !== '');
      const text = `${parts.join(' ')}${detail === '' || subject === '' ? detail : `: ${detail}`}`;
      this.#write(`${formatTime(event.at)} ${text.trimEnd()}`);
    }
  }

  note(text: string): void {
    this.#write(text);
  }

  close(): void {
    clearTimeout(this.#heartbeat);
  }

  #write(line: string): void {
    this.#options.stream.write(`${line}\n`);
    this.#listen();
  }

  #listen(): void {
    clearTimeout(this.#heartbeat);
    this.#heartbeat = setTimeout(() => this.#say(), silenceMs);
    this.#heartbeat.unref();
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
    this.#write(`${formatTime(now)} ${what}; ${counts.completed} of ${report.phases.length} completed`);
  }
}
