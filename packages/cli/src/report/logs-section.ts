import type { AttemptReport } from '@orch/core';
import { lastPart } from '../run/log-tail.ts';
import { markup } from '../view/markup.ts';
import { count, formatDuration, harmless, shellWord } from '../view/text.ts';
import { attemptMs } from '../run/folded-run.ts';
import type { PageData } from './page.ts';

const mostOfOne = 16 * 1024;
const mostInAll = 2 * 1024 * 1024;

/** The ends of logs, those of failed attempts first where not all find room; where the rest stands is said. */
export function logsSection(data: PageData): string {
  const { report, run, flags, now } = data;
  let room = mostInAll;
  let leftOut = 0;
  const texts = new Map<AttemptReport, string>();
  const importance = ({ status }: AttemptReport): number => (status === 'failed' ? 0 : status === 'completed' ? 2 : 1);
  for (const attempt of run.attempts.toSorted((one, other) => importance(one) - importance(other))) {
    if (room <= 0) {
      leftOut++;
      continue;
    }
    const text = logOf(attempt, data);
    room -= text.length;
    texts.set(attempt, text);
  }
  if (run.attempts.length === 0) return '<p>No phase was started.</p>';
  const whole = `orch logs ${report.runId}${flags}`;
  const left =
    leftOut === 0
      ? ''
      : `<p>${count(leftOut, 'log')} left out, which found no room. All: <code>${markup(whole)}</code></p>\n`;
  const details = run.attempts.flatMap((attempt) => {
    const text = texts.get(attempt);
    if (text === undefined) return [];
    const repair = attempt.part === 'repair' ? ' (repair)' : '';
    const title = `${attempt.phase}, attempt ${attempt.attempt}${repair}: ${attempt.status}, ${formatDuration(attemptMs(attempt, now))}`;
    return [`<details><summary>${markup(title)}</summary>\n${text}</details>`];
  });
  return `${left}${details.join('\n')}`;
}

/** What an attempt printed: its log, and its stdout where that is its output. */
function logOf(attempt: AttemptReport, { report, places, flags }: PageData): string {
  const host = places.elsewhere(attempt);
  if (host !== undefined) return `<p>It is on ${markup(host)}: <code>${markup(places.fileOf(attempt))}</code></p>\n`;
  const { log, stdout } = places.filesOf(attempt);
  const ends = [log, stdout].flatMap((path) => {
    const end = lastPart(path, mostOfOne);
    return end === undefined ? [] : [{ path, ...end }];
  });
  if (ends.length === 0) return '<p>There is no log.</p>\n';
  return ends
    .map(({ path, lines, bytes, whole }) => {
      const command = `orch logs ${report.runId} ${shellWord(harmless(attempt.phase))} --attempt ${attempt.attempt}${flags}`;
      const rest = whole
        ? ''
        : `<p>The last ${mostOfOne / 1024} kB of ${Math.round(bytes / 1024)} kB. All of it: <code>${markup(command)}</code></p>\n`;
      const text = lines.length === 0 ? '<p>It printed nothing.</p>' : `<pre>${lines.map(markup).join('\n')}</pre>`;
      return `${rest}<p class="path"><code>${markup(path)}</code></p>\n${text}\n`;
    })
    .join('');
}
