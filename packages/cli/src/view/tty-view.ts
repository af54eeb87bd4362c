import type { PhaseReport, RunEvent } from '@orch/core';
import { attemptMs, waitsForTime } from '../run/folded-run.ts';
import { lastLine } from '../run/log-tail.ts';
import { paintFor } from './colour.ts';
import type { Paint, TextStream } from './colour.ts';
import { eventLines, tryText } from './event-lines.ts';
import { LiveBlock } from './live-block.ts';
import { describeWait } from './phase-words.ts';
import { clip, displayWidth, formatDuration, formatTime, harmless, pad } from './text.ts';
import type { View, ViewOptions } from './view.ts';

const repaintMs = 100;
const lookMs = 500;
const defaultRows = 24;
/** Lines of the block that are no running phases: waiting and failed ones, and the counts. */
const otherLines = 3;

/**
 * A block at the foot of a terminal: what runs now, with its last line of output, and the counts. Phases that are over
 * scroll up as a permanent line each. Repainted at most ten times a second, and only when something changed.
 */
export class TtyView implements View {
  readonly #options: ViewOptions;
  readonly #stream: TextStream;
  readonly #paint: Paint;
  readonly #block: LiveBlock;
  readonly #look: NodeJS.Timeout;
  #soon: NodeJS.Timeout | undefined;
  #permanent: string[] = [];

  constructor(options: ViewOptions) {
    this.#options = options;
    this.#stream = options.stream;
    this.#paint = paintFor(options.stream);
    this.#block = new LiveBlock(options.stream);
    this.#look = setInterval(() => this.#repaint(), lookMs);
    this.#look.unref();
  }

  news(event: RunEvent): void {
    for (const { word, colour, subject, detail, final } of eventLines(event, this.#options)) {
      if (!final) continue;
      const parts = [formatTime(event.at), this.#paint(colour, pad(word, 11)), subject].filter((part) => part !== '');
      this.#permanent.push(detail === '' ? parts.join(' ') : `${parts.join(' ')}  ${this.#paint('dim', detail)}`);
    }
    this.#repaintSoon();
  }

  note(text: string): void {
    this.#permanent.push(...text.split('\n'));
    this.#repaintSoon();
  }

  close(): void {
    clearInterval(this.#look);
    clearTimeout(this.#soon);
    this.#block.update(this.#permanent, []);
    this.#permanent = [];
  }

  #repaintSoon(): void {
    if (this.#soon !== undefined) return;
    this.#soon = setTimeout(() => this.#repaint(), repaintMs);
    this.#soon.unref();
  }

  #repaint(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    const permanent = this.#permanent;
    this.#permanent = [];
    this.#block.update(permanent, this.#blockLines());
  }

  #blockLines(): string[] {
    const { run } = this.#options;
    const columns = this.#block.columns;
    const now = Date.now();
    const running = [...run.running];
    const room = Math.max(1, (this.#stream.rows ?? defaultRows) - 1 - otherLines);
    const shown = running.length > room ? running.slice(0, room - 1) : running;
    const nameWidth = Math.min(
      Math.floor(columns / 3),
      Math.max(0, ...shown.map(({ name }) => displayWidth(harmless(name)))),
    );
    const lines = shown.map((phase) => this.#runningLine(phase, { now, nameWidth, columns }));
    if (running.length > shown.length) lines.push(` … and ${running.length - shown.length} more`);
    return [...lines, ...this.#waitingLine(now), this.#countsLine(now)].map((line) => clip(line, columns));
  }

  #runningLine(
    phase: PhaseReport,
    { now, nameWidth, columns }: { now: number; nameWidth: number; columns: number },
  ): string {
    const attempt = phase.attempts.at(-1);
    const name = pad(clip(harmless(phase.name), nameWidth), nameWidth);
    if (attempt === undefined) return ` ${name}`;
    const { number } = this.#options.run.tryOf(phase.name);
    const isRepair = attempt.part === 'repair';
    const words = isRepair
      ? `repair, attempt ${attempt.attempt}`
      : tryText(phase.name, attempt.attempt, this.#options.run);
    const which = isRepair || number > 1 || attempt.adopted ? `  ${words}` : '';
    const head = ` ${name}  ${wholeSeconds(attemptMs(attempt, now))}${which}`;
    const path = columns - displayWidth(head) > 4 ? this.#options.logPath(attempt) : undefined;
    const output = path === undefined ? '' : lastLine(path);
    return output === '' ? head : `${head}  ${output}`;
  }

  /** Phases between attempts count down; of many, the one that is due first. */
  #waitingLine(now: number): string[] {
    const waiting = this.#options.run.waiting.toSorted((a, b) => (a.retryAt ?? 0) - (b.retryAt ?? 0));
    const [first] = waiting;
    if (first?.retryAt === undefined) return [];
    const more = waiting.length > 1 ? `, and ${waiting.length - 1} more wait` : '';
    const left = wholeSeconds(first.retryAt - now);
    const wait = waitsForTime(first)
      ? `${describeWait(first.retryAt, { now, why: 'rate-limited' })}, ${left} left`
      : `next attempt in ${left}`;
    return [` ${harmless(first.name)}: ${wait}${more}`];
  }

  #countsLine(now: number): string {
    const { counts, report } = this.#options.run;
    const parts = [`${counts.completed} of ${report.phases.length} completed`];
    for (const status of ['running', 'failed', 'skipped', 'cancelled'] as const)
      if (counts[status] > 0) parts.push(`${counts[status]} ${status}`);
    return ` ${parts.join(', ')}  ${wholeSeconds(now - (report.ownedSince ?? report.createdAt))}`;
  }
}

/** Whole seconds: what changes more often would be repainted more often. */
function wholeSeconds(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1000);
}
