import type { PhaseReport } from '@orch/core';
import { goOnLabel } from '../recover-command.ts';
import { phaseMs } from '../run/folded-run.ts';
import { lastLines } from '../run/log-tail.ts';
import { describeFailure, describeSkipped } from './phase-words.ts';
import { count, formatDuration, harmless } from './text.ts';
import type { RunEnd, ViewOptions } from './view.ts';

/** GitHub takes 1 MiB a step, or nothing at all. */
const mostBytes = 512 * 1024;
const mostPhases = 200;
const mostFailures = 20;
const mostLines = 20;

export interface StepSummaryOptions extends RunEnd, Pick<ViewOptions, 'run' | 'logPath' | 'flags'> {}

/** A run as Markdown: its phases, the end of the log of what failed, and how to go on. */
export function stepSummary({ run, status, next, logPath, flags }: StepSummaryOptions): string {
  const { workflow, runId, phases, createdAt, updatedAt } = run.report;
  const failed = phases.filter((phase) => phase.status === 'failed');
  const failures = failuresOf(failed, logPath);
  // What did not go well comes first where not all can be shown.
  const sorted =
    phases.length <= mostPhases ? phases : phases.toSorted((a, b) => rankOf(a) - rankOf(b)).slice(0, mostPhases);
  const lines = [
    `### ${escapeText(workflow)}: ${status}`,
    '',
    `Run \`${runId}\`, ${count(phases.length, 'phase')}, ${formatDuration(updatedAt - createdAt)}`,
    '',
    '| phase | status | attempts | time |',
    '| --- | --- | ---: | ---: |',
    ...sorted.map(row),
    ...(sorted.length < phases.length
      ? ['', `${count(phases.length - sorted.length, 'more phase')}: \`orch show ${runId}${flags}\``]
      : []),
    ...failures.flat(),
    ...(failed.length > failures.length ? ['', `${failed.length - failures.length} more failed.`] : []),
    ...(next === undefined ? [] : ['', `${goOnLabel(run.failure)}: \`${next}\``]),
    '',
  ];
  return `${lines.join('\n')}\n`;
}

function rankOf({ status }: PhaseReport): number {
  return ['failed', 'cancelled', 'running', 'pending', 'skipped', 'completed'].indexOf(status);
}

function row(phase: PhaseReport): string {
  const { name, status, attempts, reason, cause, forgiven } = phase;
  const why = status === 'skipped' && reason !== undefined ? `: ${describeSkipped(reason, cause)}` : '';
  const cells = [
    escapeText(harmless(name)),
    `${status}${escapeText(why)}${forgiven === true ? ', forgiven' : ''}`,
    String(attempts.filter(({ part }) => part === 'main').length),
    attempts.length === 0 ? '' : formatDuration(phaseMs(phase)),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** As many as there is room for, in order. */
function failuresOf(failed: readonly PhaseReport[], logPath: StepSummaryOptions['logPath']): readonly string[][] {
  const shown: string[][] = [];
  let bytes = 0;
  for (const phase of failed.slice(0, mostFailures)) {
    const lines = failure(phase, logPath);
    bytes += Buffer.byteLength(lines.join('\n'));
    if (bytes > mostBytes) break;
    shown.push(lines);
  }
  return shown;
}

function failure({ name, attempts, error }: PhaseReport, logPath: StepSummaryOptions['logPath']): string[] {
  const last = error === undefined ? attempts.at(-1) : undefined;
  const why = describeFailure(last ?? (error === undefined ? {} : { error }));
  const path = last === undefined ? undefined : logPath(last);
  const log = path === undefined ? [] : lastLines(path, mostLines);
  const fence = '`'.repeat(1 + Math.max(2, ...log.flatMap((line) => line.match(/`+/g) ?? []).map((it) => it.length)));
  return [
    '',
    `**${escapeText(harmless(name))}**: ${escapeText(why)}`,
    ...(log.length === 0 ? [] : ['', `${fence}text`, ...log, fence]),
  ];
}

/** Text in which nothing is Markdown or HTML. */
function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_[\]|~#!@]/g, '\\$&');
}
