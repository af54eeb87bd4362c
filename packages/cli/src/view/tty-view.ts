import type { RunEvent } from '@orch/core';
import { LastLines } from '../run/log-tail.ts';
import { blockLines } from './block-lines.ts';
import { paintFor } from './colour.ts';
import type { Paint } from './colour.ts';
import { eventLines } from './event-lines.ts';
import { LiveBlock } from './live-block.ts';
import { formatTime, pad } from './text.ts';
import type { View, ViewOptions } from './view.ts';

const repaintMs = 100;
const lookMs = 500;
/** Of the screen: finished phases are seen as well, and there is room for lines that a narrower terminal wraps. */
const shareOfScreen = 2 / 3;

/**
 * A block at the foot of a terminal, with what goes on. Phases that are over scroll up as a permanent line each. Repainted
 * at most ten times a second, and only where something changed.
 */
export class TtyView implements View {
  readonly #options: ViewOptions;
  readonly #paint: Paint;
  readonly #block: LiveBlock;
  readonly #lastLines = new LastLines();
  readonly #look: NodeJS.Timeout;
  readonly #repaintSoon = (): void => this.#planRepaint();
  readonly #takeDown = (): void => this.#show([]);
  /** Ctrl-Z: the shell, and what is done in it meanwhile, gets a clean screen. Whether to stop is left to the kernel. */
  readonly #suspend = (): void => {
    this.#show([]);
    process.off('SIGTSTP', this.#suspend);
    process.kill(process.pid, 'SIGTSTP');
  };
  readonly #goOn = (): void => {
    process.off('SIGTSTP', this.#suspend).on('SIGTSTP', this.#suspend);
    this.#planRepaint();
  };
  #planned: NodeJS.Timeout | undefined;
  #paintedAt = -Infinity;
  #permanent: string[] = [];

  constructor(options: ViewOptions) {
    const { stream } = options;
    this.#options = options;
    this.#paint = paintFor(stream);
    this.#block = new LiveBlock(stream);
    this.#look = setInterval(this.#repaintSoon, lookMs);
    this.#look.unref();
    stream.on?.('resize', this.#repaintSoon);
    process.on('exit', this.#takeDown).on('SIGTSTP', this.#suspend).on('SIGCONT', this.#goOn);
  }

  news(event: RunEvent): void {
    for (const { word, colour, subject, detail, final } of eventLines(event, this.#options)) {
      if (!final) continue;
      const parts = [formatTime(event.at), this.#paint(colour, pad(word, 11)), subject].filter((part) => part !== '');
      this.#permanent.push(detail === '' ? parts.join(' ') : `${parts.join(' ')}  ${this.#paint('dim', detail)}`);
    }
    this.#planRepaint();
  }

  note(text: string): void {
    this.#permanent.push(...text.split('\n'));
    this.#planRepaint();
  }

  end(): void {
    this.close();
  }

  close(): void {
    this.#options.stream.off?.('resize', this.#repaintSoon);
    process.off('exit', this.#takeDown).off('SIGTSTP', this.#suspend).off('SIGCONT', this.#goOn);
    clearInterval(this.#look);
    clearTimeout(this.#planned);
    this.#planned = undefined;
    this.#show([]);
  }

  #planRepaint(): void {
    if (this.#planned !== undefined) return;
    const inMs = Math.max(0, this.#paintedAt + repaintMs - performance.now());
    this.#planned = setTimeout(() => this.#repaint(), inMs);
    this.#planned.unref();
  }

  #repaint(): void {
    this.#planned = undefined;
    this.#paintedAt = performance.now();
    const { columns, rows } = this.#block;
    const { run, logPath } = this.#options;
    this.#show(
      blockLines({
        run,
        rows: Math.max(1, Math.floor(rows * shareOfScreen)),
        columns,
        now: Date.now(),
        paint: this.#paint,
        lastLine: (attempt) => {
          const path = logPath(attempt);
          return path === undefined ? '' : this.#lastLines.of(path);
        },
      }),
    );
    this.#lastLines.forget();
  }

  #show(block: readonly string[]): void {
    const permanent = this.#permanent;
    this.#permanent = [];
    this.#block.update(permanent, block);
  }
}
