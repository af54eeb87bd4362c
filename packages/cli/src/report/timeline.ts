import type { AttemptReport, PhaseReport } from '@orch/core';
import { attemptMs, phaseMs } from '../run/folded-run.ts';
import { markup } from '../view/markup.ts';
import { describeFailure } from '../view/phase-words.ts';
import { count, formatDuration } from '../view/text.ts';
import { choosePhases } from './choose-phases.ts';
import type { PageData } from './page.ts';
import { TimeScale } from './time-scale.ts';

const mostRows = 300;
const ticks = [0, 25, 50, 75, 100] as const;

/** A bar for each attempt, with the waits between them, phase by phase in the order in which they began. */
export function timeline({ report, run, now }: PageData): string {
  const begun = report.phases.filter(({ attempts }) => attempts.length > 0);
  if (begun.length === 0) return '<p>No phase was started.</p>';
  const shown = choosePhases(begun, mostRows, now).toSorted((one, other) => startOf(one) - startOf(other));
  const ends = begun.flatMap(({ attempts }) => attempts.map((attempt) => endOf(attempt, now)));
  const to = ends.reduce((latest, end) => Math.max(latest, end), report.updatedAt);
  const scale = new TimeScale({ from: report.createdAt, to, gaps: run.times.undriven.all });
  const axis = ticks.map(
    (tick) => `<span style="left:${tick}%">${formatDuration(scale.at(tick) - report.createdAt)}</span>`,
  );
  const cuts = scale.cuts.map(({ from, to: until }) => formatDuration(until - from));
  return [
    left(begun.length - shown.length),
    cuts.length === 0
      ? ''
      : `<p>Striped: nobody drove the run, for ${cuts.join(', ')}. That time is drawn shorter than it was.</p>`,
    `<div class="axis" aria-hidden="true">${axis.join('')}</div>`,
    '<ol class="timeline">',
    ...shown.map((phase) => row(phase, scale, now)),
    '</ol>',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

function left(amount: number): string {
  return amount === 0
    ? ''
    : `<p>${count(amount, 'phase')} left out here: what failed is shown, and what took longest.</p>`;
}

function row(phase: PhaseReport, scale: TimeScale, now: number): string {
  const { name, attempts } = phase;
  const gaps = scale.cuts.map(({ start, end }) => piece('gap', start, end, 'nobody drove the run'));
  const bars = attempts.flatMap((attempt, index) => {
    const before = attempts[index - 1];
    const wait = before === undefined ? '' : waitBetween(before, attempt, scale, now);
    return [wait, bar(attempt, scale, now)];
  });
  const words = attempts.length === 1 ? '' : `${count(attempts.length, 'attempt')}, `;
  return `<li><span class="name">${markup(name)}</span><span class="track" aria-hidden="true">${[...gaps, ...bars].join('')}</span><span class="took">${words}${formatDuration(phaseMs(phase, now))}</span></li>`;
}

function bar(attempt: AttemptReport, scale: TimeScale, now: number): string {
  const why = attempt.status === 'failed' ? `, ${describeFailure(attempt)}` : '';
  const words = `attempt ${attempt.attempt}${attempt.part === 'repair' ? ' (repair)' : ''}: ${attempt.status}, ${formatDuration(attemptMs(attempt, now))}${why}`;
  return piece(`bar ${attempt.status}`, scale.of(attempt.startedAt), scale.of(endOf(attempt, now)), words);
}

function waitBetween(before: AttemptReport, attempt: AttemptReport, scale: TimeScale, now: number): string {
  const from = endOf(before, now);
  const ms = attempt.startedAt - from;
  return ms <= 0 ? '' : piece('wait', scale.of(from), scale.of(attempt.startedAt), `waited ${formatDuration(ms)}`);
}

function piece(kind: string, start: number, end: number, words: string): string {
  const place = (value: number): string => String(Math.round(value * 100) / 100);
  return `<i class="${kind}" style="left:${place(start)}%;width:${place(Math.max(0, end - start))}%" title="${markup(words)}"></i>`;
}

function startOf({ attempts }: PhaseReport): number {
  return attempts[0]?.startedAt ?? 0;
}

function endOf(attempt: AttemptReport, now: number): number {
  return attempt.endedAt ?? Math.max(now, attempt.startedAt);
}
