import type { AttemptReport, PhaseReport, RunReport } from '@orch/core';
import { attemptMs, waitsForTime } from '../run/folded-run.ts';
import { paintFor } from './colour.ts';
import type { Colour, Paint } from './colour.ts';
import { describeFailure, describeSkipped, describeWait } from './phase-words.ts';
import {
  count,
  displayWidth,
  formatDateTime,
  formatDuration,
  formatMoment,
  formatTime,
  harmless,
  pad,
} from './text.ts';

export interface ReportTextOptions {
  readonly logPath: (attempt: AttemptReport) => string;
  /** The command line that takes the run up again. */
  readonly recover: string;
  /** Where its journal is. */
  readonly backend: string;
  /** Where the output of its commands is. */
  readonly logs: readonly { readonly host: string; readonly folder?: string | undefined }[];
}

const colours: Readonly<Record<string, Colour>> = {
  completed: 'green',
  failed: 'red',
  running: 'bold',
  pending: 'dim',
  skipped: 'dim',
};
const mostNameWidth = 40;

/** What `orch show` prints. */
export function reportLines(report: RunReport, options: ReportTextOptions): string[] {
  const { logPath, recover } = options;
  const paint = paintFor(process.stdout);
  const nameWidth = Math.min(mostNameWidth, Math.max(...report.phases.map(({ name }) => displayWidth(harmless(name)))));
  const canGoOn = ['failed', 'cancelled', 'interrupted', 'waiting'].includes(report.status);
  return [
    ...headLines(report, paint, options),
    '',
    ...report.phases.flatMap((phase) => phaseLines(phase, { paint, nameWidth, logPath })),
    ...checkpointLines(report),
    ...changeLines(report),
    ...(report.warnings.length === 0 ? [] : ['', 'Warnings:', ...report.warnings.map((it) => `  ${harmless(it)}`)]),
    ...(canGoOn ? ['', `To go on: ${recover}`] : []),
  ];
}

function headLines(
  report: RunReport,
  paint: Paint,
  { backend, logs }: Pick<ReportTextOptions, 'backend' | 'logs'>,
): string[] {
  const { runId, workflow, status, createdAt, updatedAt, directory, source, owner, ownedSince, takeUps, reason } =
    report;
  const facts: [string, string][] = [
    ['Run', `${runId} of ${workflow}`],
    ['Status', `${paint(colours[status] ?? 'yellow', status)}${reason === undefined ? '' : ` (${harmless(reason)})`}`],
    ['Started', `${formatDateTime(createdAt)}, last change after ${formatDuration(updatedAt - createdAt)}`],
    ['Folder', harmless(directory)],
  ];
  if (source !== undefined) facts.push(['Plan', harmless(source)]);
  if (owner !== undefined && ownedSince !== undefined)
    facts.push([
      'Driver',
      `process ${owner.pid} on ${owner.host} since ${formatDateTime(ownedSince)}, ${count(takeUps, 'take-up')}`,
    ]);
  if (backend !== 'json') facts.push(['Backend', harmless(backend)]);
  for (const { host, folder } of logs)
    facts.push([
      'Logs',
      folder === undefined ? `in the state folder of ${harmless(host)}` : `${harmless(folder)} on ${harmless(host)}`,
    ]);
  return facts.map(([label, text]) => `${pad(label, 9)}${text}`);
}

interface PhaseLineOptions {
  readonly paint: Paint;
  readonly nameWidth: number;
  readonly logPath: (attempt: AttemptReport) => string;
}

function phaseLines(phase: PhaseReport, { paint, nameWidth, logPath }: PhaseLineOptions): string[] {
  const { name, status, attempts, forgiven, error } = phase;
  const repairs = attempts.filter(({ part }) => part === 'repair').length;
  const details = [
    attempts.length === 0 ? '' : count(attempts.length - repairs, 'attempt'),
    repairs === 0 ? '' : count(repairs, 'repair'),
    attempts.length === 0 ? '' : formatDuration(attempts.reduce((sum, it) => sum + attemptMs(it, Date.now()), 0)),
    forgiven === undefined ? '' : 'forgiven',
    error === undefined ? '' : harmless(error.message),
    describeState(phase),
  ];
  const colour = forgiven === undefined ? (colours[status] ?? 'yellow') : 'yellow';
  const words = paint(colour, pad(status, 10));
  const head = `${words} ${pad(harmless(name), nameWidth)}  ${details.filter((it) => it !== '').join(', ')}`.trimEnd();
  const hint = error?.hint === undefined ? [] : [`           ${harmless(error.hint)}`];
  const told = attempts.filter((it) => attempts.length > 1 || it.status !== 'completed' || it.adopted);
  return [head, ...hint, ...told.flatMap((attempt) => attemptLines(attempt, logPath(attempt)))];
}

function describeState(phase: PhaseReport): string {
  const { status, reason, cause, retryAt } = phase;
  if (reason !== undefined) return status === 'skipped' ? describeSkipped(reason, cause) : harmless(reason);
  if (retryAt === undefined) return '';
  const now = Date.now();
  return waitsForTime(phase)
    ? describeWait(retryAt, { now, why: 'rate-limited' })
    : `next attempt at ${formatMoment(retryAt, now)}`;
}

function attemptLines(attempt: AttemptReport, path: string): string[] {
  const { status, startedAt, adopted, error, reason } = attempt;
  const words = [
    `attempt ${attempt.attempt}${attempt.part === 'repair' ? ' (repair)' : ''}: ${status}`,
    formatDuration(attemptMs(attempt, Date.now())),
    status === 'failed' ? describeFailure(attempt) : '',
    reason === undefined ? '' : harmless(reason),
    adopted ? 'adopted' : '',
    `began ${formatTime(startedAt)}`,
  ];
  const hint = error?.hint === undefined ? [] : [`             ${harmless(error.hint)}`];
  const log = status === 'failed' || status === 'running' ? [`             log: ${path}`] : [];
  return [`           ${words.filter((it) => it !== '').join(', ')}`, ...hint, ...log];
}

function changeLines({ changes = [] }: RunReport): string[] {
  return changes.length === 0 ? [] : ['', 'Changes of its plan:', ...changes.map((it) => `  ${harmless(it)}`)];
}

const mostCheckpoints = 10;

function checkpointLines({ checkpoints }: RunReport): string[] {
  if (checkpoints.length === 0) return [];
  const shown = checkpoints.slice(-mostCheckpoints);
  const left = checkpoints.length - shown.length;
  return [
    '',
    left === 0 ? 'Checkpoints:' : `Checkpoints (${left} earlier ones: --json):`,
    ...shown.map(({ name, version, at }) => `  ${harmless(name)}@${version}  ${formatDateTime(at)}`),
  ];
}
