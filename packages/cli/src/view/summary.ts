import { existsSync } from 'node:fs';
import type { AttemptReport, PhaseReport, RunStatus } from '@orch/core';
import { attemptMs } from '../run/folded-run.ts';
import type { FoldedRun } from '../run/folded-run.ts';
import { lastLines } from '../run/log-tail.ts';
import type { Colour, Paint } from './colour.ts';
import { describeFailure } from './phase-words.ts';
import { count, formatDuration, harmless } from './text.ts';

const mostSlow = 3;
const mostFailures = 10;
const mostLines = 20;

export interface SummaryOptions {
  readonly run: FoldedRun;
  readonly status: RunStatus;
  readonly paint: Paint;
  readonly logPath: (attempt: AttemptReport) => string | undefined;
  /** The command line that takes the run up again. */
  readonly recover: string;
}

/** What a person wants to know when a run has come to its end, or has been stopped. */
export function summaryLines(options: SummaryOptions): string[] {
  const { run, status, paint, recover } = options;
  // What was forgiven is nothing to look into where all went well.
  const failed = run.report.phases.filter(
    (phase) => phase.status === 'failed' && (status !== 'completed' || phase.forgiven !== true),
  );
  const lines = ['', headline(run, status, paint), ...slowest(run.report.phases)];
  for (const phase of failed.slice(0, mostFailures)) lines.push('', ...failure(phase, options));
  if (failed.length > mostFailures)
    lines.push('', `and ${failed.length - mostFailures} more failed: orch show ${run.report.runId}`);
  if (status !== 'completed') lines.push('', `To go on: ${recover}`);
  return lines;
}

const colours: Readonly<Partial<Record<RunStatus, Colour>>> = { completed: 'green', failed: 'red' };

function headline({ report, counts }: FoldedRun, status: RunStatus, paint: Paint): string {
  const took = formatDuration(report.updatedAt - report.createdAt);
  const again =
    report.takeUps > 1 && report.ownedSince !== undefined
      ? `, ${formatDuration(report.updatedAt - report.ownedSince)} of it since it was taken up again`
      : '';
  const parts = (['completed', 'failed', 'skipped', 'cancelled', 'pending'] as const)
    .filter((word) => counts[word] > 0)
    .map((word) => `${counts[word]} ${word}${word === 'failed' ? forgivenIn(report.phases) : ''}`);
  const sum = parts.length === 0 ? count(report.phases.length, 'phase') : parts.join(', ');
  const why = report.reason === undefined || status === 'completed' ? '' : ` (${harmless(report.reason)})`;
  return `Run ${report.runId} of ${report.workflow}: ${paint(colours[status] ?? 'yellow', status)} after ${took}${again}${why}; phases: ${sum}`;
}

function forgivenIn(phases: readonly PhaseReport[]): string {
  const forgiven = phases.filter((phase) => phase.forgiven === true).length;
  return forgiven === 0 ? '' : ` (${forgiven} forgiven)`;
}

function slowest(phases: readonly PhaseReport[]): string[] {
  const timed = phases
    .map(({ name, attempts }) => ({ name, ms: attempts.reduce((sum, it) => sum + attemptMs(it, it.startedAt), 0) }))
    .filter(({ ms }) => ms > 0)
    .toSorted((a, b) => b.ms - a.ms)
    .slice(0, mostSlow);
  return timed.length < 2
    ? []
    : [`Slowest: ${timed.map(({ name, ms }) => `${harmless(name)} ${formatDuration(ms)}`).join(', ')}`];
}

function failure({ name, attempts, error, forgiven }: PhaseReport, { run, paint, logPath }: SummaryOptions): string[] {
  const word = `${paint(forgiven === true ? 'yellow' : 'red', 'failed')} ${harmless(name)}`;
  const last = error === undefined ? attempts.at(-1) : undefined;
  const isForgiven = forgiven === true ? ', forgiven' : '';
  const why = error ?? last?.error;
  const hint = why?.hint === undefined ? [] : [`  ${harmless(why.hint)}`];
  if (last === undefined)
    return [`${word}${error === undefined ? '' : `: ${describeFailure({ error })}`}${isForgiven}`, ...hint];
  const { number, most } = run.tryOf(name);
  const tries = most === undefined || most === 1 ? '' : `, attempt ${number}/${most}`;
  const head = `${word}: ${describeFailure(last)}${tries}${isForgiven}`;
  const path = logPath(last);
  if (path === undefined) return [head, ...hint];
  const lines = lastLines(path, mostLines);
  const log =
    lines.length === 0
      ? [`  ${existsSync(path) ? 'It printed nothing' : 'Its log is gone'}: ${path}`]
      : [`  Last ${count(lines.length, 'line')} of ${path}:`, ...lines.map((line) => `  | ${line}`)];
  return [head, ...hint, ...log];
}
