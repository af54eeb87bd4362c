import type { CriticalPath, PathStep } from '../run/critical-path.ts';
import { count, formatDuration, harmless } from './text.ts';

const mostSteps = 12;
/** Less would be shown as 0.0 s. */
const shownMs = 50;

/** The critical path in a line; none for a path of one phase that waited for nothing. */
export function criticalPathText({ steps, ms }: CriticalPath): string[] {
  if (steps.length < 2 && steps.every((step) => notes(step) === '')) return [];
  return [`Critical path (${formatDuration(ms)}): ${longest(steps).join(' > ')}`];
}

/** The longest steps in their order; what is left out between them is counted. */
function longest(steps: readonly PathStep[]): string[] {
  const least = steps.toSorted((one, other) => other.ms - one.ms).slice(0, mostSteps);
  const kept = new Set(least);
  const words: string[] = [];
  let left: PathStep[] = [];
  const tellLeft = (): void => {
    const ms = left.reduce((sum, step) => sum + step.ms, 0);
    if (left.length > 0) words.push(`(${count(left.length, 'shorter one')} ${formatDuration(ms)})`);
    left = [];
  };
  for (const step of steps) {
    if (!kept.has(step)) {
      left.push(step);
      continue;
    }
    tellLeft();
    words.push(describe(step));
  }
  tellLeft();
  return words;
}

function describe(step: PathStep): string {
  const more = notes(step);
  return `${harmless(step.phase)} ${formatDuration(step.ms)}${more === '' ? '' : ` (${more})`}`;
}

function notes({ attempts, placeMs, betweenMs, undrivenMs }: PathStep): string {
  return [
    placeMs >= shownMs ? `waited ${formatDuration(placeMs)} for a free place` : '',
    attempts > 1 ? count(attempts, 'attempt') : '',
    betweenMs >= shownMs ? `${formatDuration(betweenMs)} between them` : '',
    undrivenMs >= shownMs ? `nobody drove the run for ${formatDuration(undrivenMs)}` : '',
  ]
    .filter((note) => note !== '')
    .join(', ');
}
