import type { AttemptReport, PhaseReport } from '@orch/core';
import { attemptMs, waitsForTime } from '../run/folded-run.ts';
import type { FoldedRun } from '../run/folded-run.ts';
import type { Colour, Paint } from './colour.ts';
import { tryText } from './event-lines.ts';
import { describeWait } from './phase-words.ts';
import { clip, displayWidth, ellipsis, formatDuration, harmless, pad } from './text.ts';

export interface BlockOptions {
  readonly run: FoldedRun;
  /** The most that there may be. */
  readonly rows: number;
  readonly columns: number;
  readonly now: number;
  readonly paint: Paint;
  /** The last line that an attempt printed; '' for none. */
  readonly lastLine: (attempt: AttemptReport) => string;
}

/** Text of one colour. */
type Part = string | readonly [colour: Colour, text: string];

/**
 * The live block: what runs, with its last line of output; what waits for its next attempt; what failed; and the counts.
 * Of a screen that is too small the counts are the last to go, then the first phases of each kind.
 */
export function blockLines(options: BlockOptions): string[] {
  const { run, rows, columns, paint } = options;
  const running = [...run.running];
  const waiting = run.waiting.toSorted((a, b) => (a.retryAt ?? 0) - (b.retryAt ?? 0));
  const share = sharesOf(rows, { running: running.length, waiting: waiting.length, failed: run.counts.failed });
  const lines: (readonly Part[])[] = [
    ...runningLines(running, share.running, options),
    ...waitingLines(waiting, share.waiting, options),
    ...(share.failed === 0 ? [] : [failedLine(run)]),
    countsLine(options),
  ];
  return lines.map((parts) => fit(parts, columns, paint));
}

interface Shares {
  readonly running: number;
  readonly waiting: number;
  readonly failed: number;
}

/** How many rows each kind gets; the counts have one. Where both are cut, one row is enough for what waits. */
function sharesOf(rows: number, { running, waiting, failed }: Shares): Shares {
  const ofFailed = failed > 0 && rows > 2 ? 1 : 0;
  const rest = Math.max(0, rows - 1 - ofFailed);
  const ofWaiting = Math.min(waiting, running === 0 ? rest : Math.max(rest - running, rest > 1 ? 1 : 0));
  return { running: Math.min(running, rest - ofWaiting), waiting: ofWaiting, failed: ofFailed };
}

function runningLines(running: readonly PhaseReport[], rows: number, options: BlockOptions): (readonly Part[])[] {
  // Of one row the first phase tells more; how many there are stands in the counts.
  const shown = running.slice(0, running.length > rows && rows > 1 ? rows - 1 : rows);
  const width = Math.min(
    Math.floor(options.columns / 3),
    Math.max(0, ...shown.map(({ name }) => displayWidth(harmless(name)))),
  );
  const lines: (readonly Part[])[] = shown.map((phase) => runningLine(phase, width, options));
  const left = running.length - shown.length;
  if (left > 0 && rows > 1) lines.push([['dim', ` ${ellipsis()} and ${left} more`]]);
  return lines;
}

function runningLine(phase: PhaseReport, nameWidth: number, { run, columns, now, lastLine }: BlockOptions): Part[] {
  const attempt = phase.attempts.at(-1);
  const name = pad(clip(harmless(phase.name), nameWidth), nameWidth);
  if (attempt === undefined) return [` ${name}`];
  const { number } = run.tryOf(phase.name);
  const isRepair = attempt.part === 'repair';
  const words = isRepair ? `repair, attempt ${attempt.attempt}` : tryText(phase.name, attempt.attempt, run);
  const which = isRepair || number > 1 || attempt.adopted ? `  ${words}` : '';
  const head = ` ${name}  ${wholeSeconds(attemptMs(attempt, now))}${which}`;
  const output = columns - displayWidth(head) > 4 ? lastLine(attempt) : '';
  return output === '' ? [head] : [head, ['dim', `  ${output}`]];
}

/** Phases between attempts count down, those that are due first. */
function waitingLines(waiting: readonly PhaseReport[], rows: number, { now }: BlockOptions): (readonly Part[])[] {
  return waiting.slice(0, rows).map((phase, index) => {
    const { retryAt = now, name } = phase;
    const left = wholeSeconds(retryAt - now);
    const wait = waitsForTime(phase)
      ? `${describeWait(retryAt, { now, why: 'rate-limited' })}, ${left} left`
      : `next attempt in ${left}`;
    const more = index === rows - 1 && waiting.length > rows ? `, and ${waiting.length - rows} more wait` : '';
    return [['yellow', ` ${harmless(name)}: ${wait}${more}`]];
  });
}

const mostNames = 10;

function failedLine({ failed, counts }: FoldedRun): readonly Part[] {
  const names: string[] = [];
  for (const { name } of failed) {
    if (names.length === mostNames) break;
    names.push(harmless(name));
  }
  const more = counts.failed > names.length ? `, ${ellipsis()}` : '';
  return [['red', ` failed: ${names.join(', ')}${more}`]];
}

function countsLine({ run: { counts, report }, now }: BlockOptions): readonly Part[] {
  const parts: Part[] = [` ${counts.completed} of ${report.phases.length} completed`];
  for (const status of ['running', 'failed', 'skipped', 'cancelled'] as const)
    if (counts[status] > 0)
      parts.push(', ', status === 'failed' ? ['red', `${counts.failed} failed`] : `${counts[status]} ${status}`);
  return [...parts, `  ${wholeSeconds(now - (report.ownedSince ?? report.createdAt))}`];
}

/** As much of a line as fits. */
function fit(parts: readonly Part[], columns: number, paint: Paint): string {
  let line = '';
  let left = columns;
  for (const part of parts) {
    const text = typeof part === 'string' ? part : part[1];
    const shown = clip(text, left);
    line += typeof part === 'string' || shown === '' ? shown : paint(part[0], shown);
    if (shown !== text) break;
    left -= displayWidth(shown);
  }
  return line;
}

/** Whole seconds: what changes more often would be repainted more often. */
function wholeSeconds(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1000);
}
