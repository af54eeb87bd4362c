import type { PhaseFigures, RunFigures, Stats } from '../stats/stats.ts';
import { fittedTable } from './fitted-table.ts';
import { count, formatDuration, harmless } from './text.ts';
import { wrap } from './wrap.ts';

const mostPhases = 50;

/** Counts before times: where time goes is what the table is read for. */
const leaves = ['INTERRUPTED', 'RETRIES', 'FAILED', 'COMPLETED', 'SAVED', 'LOST', 'P95'];

export interface StatsTextOptions {
  /** How wide a line may be; absent: as wide as it likes. */
  readonly columns?: number | undefined;
}

/** What `orch stats` prints. */
export function statsLines({ workflows, ...all }: Stats, { columns }: StatsTextOptions): string[] {
  const fitted = (lines: readonly string[]): string[] => lines.flatMap((line) => wrap(line, { columns, indent: '  ' }));
  const lines = workflows.length === 1 ? [] : fitted([`All: ${runsText(all)}`, ...figureLines(all)]);
  let isLeft = false;
  for (const { workflow, phases, ...figures } of workflows) {
    if (lines.length > 0) lines.push('');
    lines.push(...fitted([`${harmless(workflow)}: ${runsText(figures)}`, ...figureLines(figures)]));
    if (phases.length === 0) continue;
    const rows = phases.slice(0, mostPhases).map(phaseCells);
    const titles = ['PHASE', 'COMPLETED', 'FAILED', 'INTERRUPTED', 'RETRIES', 'P50', 'P95', 'LOST', 'SAVED'];
    const table = fittedTable([titles, ...rows], { columns, shrinks: 'PHASE', leaves });
    isLeft ||= table.left;
    lines.push('', ...table.lines);
    if (phases.length > mostPhases) lines.push(`and ${count(phases.length - mostPhases, 'more phase')}: --json`);
  }
  if (isLeft) lines.push('More: --json');
  return lines;
}

function runsText({ runs, ended, completed, failed, cancelled }: RunFigures): string {
  return `${count(runs, 'run')}, ${ended} ended: ${completed} completed, ${failed} failed, ${cancelled} cancelled`;
}

function figureLines(figures: RunFigures): string[] {
  const { success, recovered, completedAfterRecover, recovery, retries, lostMs, savedMs } = figures;
  return [
    `  success   ${success === null ? 'none ended' : percent(success)}`,
    `  recovery  ${recovery === null ? 'none was recovered' : `${percent(recovery)}: ${completedAfterRecover} of ${recovered} completed`}`,
    `  retries   ${retries}`,
    `  lost      ${formatDuration(lostMs)} in attempts that failed or were interrupted`,
    `  saved     ${formatDuration(savedMs)} of completed phases that were not run again`,
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function phaseCells(phase: PhaseFigures): string[] {
  const { name, completed, failed, interrupted, retries, p50Ms, p95Ms, lostMs, savedMs } = phase;
  const time = (ms: number | null): string => (ms === null ? '-' : formatDuration(ms));
  const counts = [completed, failed, interrupted, retries].map(String);
  return [harmless(name), ...counts, time(p50Ms), time(p95Ms), time(lostMs), time(savedMs)];
}
