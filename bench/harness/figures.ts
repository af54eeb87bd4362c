import type { Figure, Unit } from './benchmark.ts';
import { isMet } from './benchmark.ts';
import { median, medianRatio } from './statistics.ts';

/** What orch needed ÷ what the floor needed, sampled in turn. */
export function ratioFigure(
  name: string,
  {
    over,
    under,
    goal,
  }: { readonly over: readonly number[]; readonly under: readonly number[]; readonly goal?: number | undefined },
): Figure {
  return { name, value: medianRatio(over, under), unit: 'x', ...withGoal(goal), raw: { over, under } };
}

export function medianFigure(
  name: string,
  { of, unit, goal }: { readonly of: readonly number[]; readonly unit: Unit; readonly goal?: number | undefined },
): Figure {
  return { name, value: median(of), unit, ...withGoal(goal), raw: { [unit]: of } };
}

function withGoal(goal: number | undefined): { readonly goal?: number } {
  return goal === undefined ? {} : { goal };
}

export function describeFigure(figure: Figure): string {
  const { name, goal } = figure;
  const shown = `${showValue(figure)} ${figure.unit}`.padStart(14);
  if (goal === undefined) return `${shown}            ${name}`;
  return `${shown}  ${isMet(figure) === true ? 'met   ' : 'MISSED'}  ${name}, goal ≤ ${goal}`;
}

/** With as many digits as say something. */
export function showValue({ value, unit }: Pick<Figure, 'value' | 'unit'>): string {
  if (unit === 'flushes' || (value < 1 && unit !== 'bytes')) return value.toFixed(3);
  if (unit === 'bytes' || unit === 'MB' || unit === '/s' || (unit === 'ms' && value >= 10)) return value.toFixed(0);
  return value.toFixed(2);
}
