import type { AttemptReport, PhaseReport, RunReport } from '@orch/core';
import { goOnLabel } from '../recover-command.ts';
import { attemptMs, phaseMs } from '../run/folded-run.ts';
import type { CriticalPath } from '../run/critical-path.ts';
import { canGoOn, hasEnded } from '../run/run-status.ts';
import type { Paint } from './colour.ts';
import { criticalPathText } from './critical-path-text.ts';
import { describeFailure } from './phase-words.ts';
import { colourOfStatus } from './status-colour.ts';
import { tableLines } from './table.ts';
import { count, formatDateTime, formatDuration, formatTime, harmless, pad } from './text.ts';
import { whyOf } from './why.ts';
import { wrap } from './wrap.ts';

export interface ShowTextOptions {
  readonly logPath: (attempt: AttemptReport) => string | undefined;
  /** The command line that takes the run up again. */
  readonly recover: string;
  /** Why the run failed. */
  readonly failure?: string | undefined;
  readonly path: CriticalPath;
  /** Where its journal is. */
  readonly backend: string;
  /** Where the output of its commands is. */
  readonly logs: readonly { readonly host: string; readonly folder?: string | undefined }[];
  readonly paint: Paint;
  /** How wide a line may be, but for those with paths and commands that are copied; absent: as wide as it likes. */
  readonly columns?: number | undefined;
}

/** Of the column of what is said of the run, and what follows it. */
const labelWidth = 9;
/** Of the column of the status, and what follows it. */
const statusWidth = 11;
/** Where there are fewer columns, the reason stands below its phase: it is what nobody can do without. */
const leastForWhy = 60;

/** What `orch show` prints. */
export function showLines(report: RunReport, options: ShowTextOptions): string[] {
  const { recover, columns } = options;
  const path = hasEnded(report.status) ? criticalPathText(options.path) : [];
  return [
    ...headLines(report, options),
    '',
    ...phaseLines(report.phases, options),
    ...(path.length === 0 ? [] : ['', ...path.flatMap((text) => wrap(text, { columns, indent: '  ' }))]),
    ...checkpointLines(report),
    ...titledLines('Changes of its plan:', report.changes ?? [], columns),
    ...titledLines('Warnings:', report.warnings, columns),
    ...(canGoOn(report.status) ? ['', `${goOnLabel(options.failure)}: ${recover}`] : []),
  ];
}

function titledLines(title: string, items: readonly string[], columns: number | undefined): string[] {
  const lines = items.flatMap((item) => wrap(`  ${harmless(item)}`, { columns, indent: '    ' }));
  return lines.length === 0 ? [] : ['', title, ...lines];
}

/** The other ones have paths in them, or colours. */
const ofWords: ReadonlySet<string> = new Set(['Run', 'Started', 'Driver']);

function headLines(report: RunReport, { backend, logs, paint, columns }: ShowTextOptions): string[] {
  const { runId, workflow, status, createdAt, updatedAt, directory, source, owner, ownedSince, takeUps, reason } =
    report;
  const facts: [string, string][] = [
    ['Run', `${runId} of ${workflow}`],
    ['Status', `${paint(colourOfStatus(status), status)}${reason === undefined ? '' : ` (${harmless(reason)})`}`],
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
  return facts.flatMap(([label, text]) => {
    const line = `${pad(label, labelWidth)}${text}`;
    return ofWords.has(label) ? wrap(line, { columns, indent: ' '.repeat(labelWidth) }) : [line];
  });
}

function phaseLines(phases: readonly PhaseReport[], options: ShowTextOptions): string[] {
  const { paint, columns } = options;
  const isNarrow = columns !== undefined && columns < leastForWhy;
  const table = [['STATUS', 'PHASE', 'ATTEMPTS', 'TIME', 'WHY'], ...phases.map(cellsOf)];
  const whys = isNarrow ? table.map((cells) => cells.pop() ?? '') : [];
  const [titles = '', ...rows] = tableLines(table, {
    columns,
    shrinks: 1,
    paint,
    colourOf: (row) => {
      const phase = phases[row - 1];
      return phase === undefined ? undefined : colourOfStatus(phase.status, phase);
    },
  });
  return [
    titles,
    ...rows.flatMap((row, index) => [
      row,
      ...indented(whys[index + 1] || undefined, { columns, by: statusWidth + 1 }),
      ...detailLines(phases[index], options),
    ]),
  ];
}

function cellsOf(phase: PhaseReport): string[] {
  const { name, status, attempts } = phase;
  const repairs = attempts.filter(({ part }) => part === 'repair').length;
  const tries = attempts.length - repairs;
  return [
    status,
    harmless(name),
    attempts.length === 0 ? '' : `${tries}${repairs === 0 ? '' : ` + ${count(repairs, 'repair')}`}`,
    attempts.length === 0 ? '' : formatDuration(phaseMs(phase, Date.now())),
    whyOf(phase, Date.now()),
  ];
}

/** What a table has no room for: hints, attempts of which there is something to tell, and where their logs are. */
function detailLines(phase: PhaseReport | undefined, { logPath, columns }: ShowTextOptions): string[] {
  if (phase === undefined) return [];
  const { attempts, error } = phase;
  const told = attempts.filter((it) => attempts.length > 1 || it.status !== 'completed' || it.adopted);
  return [
    ...indented(error?.hint, { columns, by: statusWidth + 1 }),
    ...told.flatMap((attempt) => attemptLines(attempt, { path: logPath(attempt), columns })),
  ];
}

function indented(
  text: string | undefined,
  { columns, by }: { readonly columns: number | undefined; readonly by: number },
): string[] {
  const indent = ' '.repeat(by);
  return text === undefined ? [] : wrap(`${indent}${harmless(text)}`, { columns, indent });
}

function attemptLines(
  attempt: AttemptReport,
  { path, columns }: { readonly path: string | undefined; readonly columns: number | undefined },
): string[] {
  const { status, startedAt, adopted, error, reason } = attempt;
  const words = [
    `attempt ${attempt.attempt}${attempt.part === 'repair' ? ' (repair)' : ''}: ${status}`,
    formatDuration(attemptMs(attempt, Date.now())),
    status === 'failed' ? describeFailure(attempt) : '',
    reason === undefined ? '' : harmless(reason),
    adopted ? 'adopted' : '',
    `began ${formatTime(startedAt)}`,
  ];
  const by = statusWidth + 1;
  return [
    ...indented(words.filter((it) => it !== '').join(', '), { columns, by }),
    ...indented(error?.hint, { columns, by: by + 2 }),
    ...(path !== undefined && (status === 'failed' || status === 'running')
      ? [`${' '.repeat(by + 2)}log: ${path}`]
      : []),
  ];
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
