import { existsSync } from 'node:fs';
import type { AttemptReport, PhaseReport, RunStatus } from '@orch/core';
import { goOnLabel } from '../recover-command.ts';
import { criticalPath } from '../run/critical-path.ts';
import { phaseMs } from '../run/folded-run.ts';
import type { FoldedRun } from '../run/folded-run.ts';
import { hasEnded } from '../run/run-status.ts';
import { lastLines } from '../run/log-tail.ts';
import type { Paint } from './colour.ts';
import { describeFailure } from './phase-words.ts';
import { criticalPathText } from './critical-path-text.ts';
import { colourOfStatus } from './status-colour.ts';
import { count, displayWidth, formatDuration, harmless } from './text.ts';
import { wrap, wrapCommand } from './wrap.ts';

const mostSlow = 3;
const mostFailures = 10;
const mostLines = 20;

export interface SummaryOptions {
  readonly run: FoldedRun;
  readonly status: RunStatus;
  readonly paint: Paint;
  /** How wide a line may be, but for those of a log, and for paths and commands that are copied; absent: as wide as it likes. */
  readonly columns?: number | undefined;
  readonly logPath: (attempt: AttemptReport) => string | undefined;
  /** The command line that takes the run up again. */
  readonly recover: string;
  /** What a command line has to add to find the run. */
  readonly flags: string;
}

/** What a person wants to know when a run has come to its end, or has been stopped. */
export function summaryLines(options: SummaryOptions): string[] {
  const { run, status, paint, columns, recover, flags } = options;
  const fitted = (text: string): string[] => wrap(text, { columns, indent: '  ' });
  // What was forgiven is nothing to look into where all went well.
  const failed = run.report.phases.filter(
    (phase) => phase.status === 'failed' && (status !== 'completed' || phase.forgiven !== true),
  );
  const times = [...(hasEnded(status) ? criticalPathText(criticalPath(run)) : []), ...slowest(run.report.phases)];
  const lines = ['', ...fitted(headline(run, status, paint)), ...times.flatMap(fitted)];
  for (const phase of failed.slice(0, mostFailures)) lines.push('', ...failure(phase, options));
  if (failed.length > mostFailures)
    lines.push(
      '',
      ...labelled(`and ${failed.length - mostFailures} more failed:`, `orch show ${run.report.runId}${flags}`, columns),
    );
  if (status !== 'completed') lines.push('', ...labelled(`${goOnLabel(run.failure)}:`, recover, columns));
  return lines;
}

/** A command stands in a line of its own where the words before it leave no room. */
function labelled(label: string, command: string, columns: number | undefined): string[] {
  const line = `${label} ${command}`;
  if (columns === undefined || displayWidth(line) <= columns) return [line];
  return [...wrap(label, { columns }), ...wrapCommand(command, { columns, indent: '  ' })];
}

function headline({ report, counts }: FoldedRun, status: RunStatus, paint: Paint): string {
  const took = formatDuration(report.updatedAt - report.createdAt);
  const again =
    report.takeUps > 1 && report.ownedSince !== undefined
      ? `, ${formatDuration(report.updatedAt - report.ownedSince)} of it since it was taken up again`
      : '';
  const parts = (['completed', 'failed', 'skipped', 'cancelled', 'running', 'pending'] as const)
    .filter((word) => counts[word] > 0)
    // What runs at the end of a run is what nobody ended: its driver was killed, or has let go of it.
    .map((word) => `${counts[word]} ${word === 'running' ? 'left running' : word}${forgivenIn(word, report.phases)}`);
  const sum = parts.length === 0 ? count(report.phases.length, 'phase') : parts.join(', ');
  const why = report.reason === undefined || status === 'completed' ? '' : ` (${harmless(report.reason)})`;
  return `Run ${report.runId} of ${report.workflow}: ${paint(colourOfStatus(status), status)} after ${took}${again}${why}; phases: ${sum}`;
}

function forgivenIn(word: string, phases: readonly PhaseReport[]): string {
  if (word !== 'failed') return '';
  const forgiven = phases.filter((phase) => phase.forgiven === true).length;
  return forgiven === 0 ? '' : ` (${forgiven} forgiven)`;
}

function slowest(phases: readonly PhaseReport[]): string[] {
  const timed = phases
    .map((phase) => ({ name: phase.name, ms: phaseMs(phase) }))
    .filter(({ ms }) => ms > 0)
    .toSorted((a, b) => b.ms - a.ms)
    .slice(0, mostSlow);
  return timed.length < 2
    ? []
    : [`Slowest: ${timed.map(({ name, ms }) => `${harmless(name)} ${formatDuration(ms)}`).join(', ')}`];
}

function failure({ name, kind, attempts, error, forgiven }: PhaseReport, options: SummaryOptions): string[] {
  const { run, paint, columns, logPath } = options;
  const word = `${paint(colourOfStatus('failed', { forgiven: forgiven === true }), 'failed')} ${harmless(name)}`;
  const last = error === undefined ? attempts.at(-1) : undefined;
  const isForgiven = forgiven === true ? ', forgiven' : '';
  const why = error ?? last?.error;
  const fitted = (text: string): string[] => wrap(text, { columns, indent: '  ' });
  const hint = why?.hint === undefined ? [] : fitted(`  ${harmless(why.hint)}`);
  if (last === undefined)
    return [...fitted(`${word}${error === undefined ? '' : `: ${describeFailure({ error })}`}${isForgiven}`), ...hint];
  const { number, most } = run.tryOf(name);
  const tries = most === undefined || most === 1 ? '' : `, attempt ${number}/${most}`;
  const head = fitted(`${word}: ${describeFailure(last)}${tries}${isForgiven}`);
  // What a function says goes to the screen, and to no file.
  const path = kind === 'function' ? undefined : logPath(last);
  return [...head, ...hint, ...(path === undefined ? [] : logTail(path, columns))];
}

function logTail(path: string, columns: number | undefined): string[] {
  const lines = lastLines(path, mostLines);
  if (lines.length > 0)
    return [
      ...place(`  Last ${count(lines.length, 'line')} of`, `${path}:`, columns),
      ...lines.map((line) => `  | ${line}`),
    ];
  return place(existsSync(path) ? '  It printed nothing:' : '  Its log is gone:', path, columns);
}

/** A path stays whole, for whoever copies it. */
function place(words: string, path: string, columns: number | undefined): string[] {
  const line = `${words} ${path}`;
  return columns === undefined || displayWidth(line) <= columns ? [line] : [...wrap(words, { columns }), `    ${path}`];
}
