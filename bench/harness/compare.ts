import { table } from '../../scripts/trial/report.ts';
import type { Figure } from './benchmark.ts';
import { isMet } from './benchmark.ts';
import { showValue } from './figures.ts';
import type { Results } from './results.ts';

/** One figure of two runs. */
export interface Change {
  readonly id: string;
  readonly before: Figure;
  readonly after: Figure;
  /** Of a goal that both or one of them has. */
  readonly goal: 'met' | 'missed' | 'newly met' | 'newly missed' | undefined;
}

export interface Comparison {
  readonly changes: readonly Change[];
  /** As `s7: memory`; a benchmark that one side has not measured at all is named by its id alone. */
  readonly onlyThen: readonly string[];
  readonly onlyNow: readonly string[];
  /** Why the two can't be held against one another without thinking. */
  readonly differences: readonly string[];
}

/** Figures are the same by the id of their benchmark, their name and their unit. */
export function compareResults(then: Results, now: Results): Comparison {
  const earlier = figuresOf(then);
  const later = figuresOf(now);
  const changes: Change[] = [];
  for (const [key, { id, figure: after }] of later) {
    const before = earlier.get(key)?.figure;
    if (before !== undefined) changes.push({ id, before, after, goal: compareGoals(before, after) });
  }
  return {
    changes,
    onlyThen: missingIn(now, later, { from: then, figures: earlier }),
    onlyNow: missingIn(then, earlier, { from: now, figures: later }),
    differences: differencesOf(then, now),
  };
}

type Figures = ReadonlyMap<string, { readonly id: string; readonly figure: Figure }>;

function figuresOf({ results }: Results): Figures {
  return new Map(
    results.flatMap(({ id, figures }) =>
      figures.map((figure) => [JSON.stringify([id, figure.name, figure.unit]), { id, figure }] as const),
    ),
  );
}

function missingIn(
  other: Results,
  otherFigures: Figures,
  { from, figures }: { readonly from: Results; readonly figures: Figures },
): string[] {
  const measured = new Set(other.results.map(({ id }) => id));
  const whole = from.results.map(({ id }) => id).filter((id) => !measured.has(id));
  const single = Array.from(figures).filter(([key, { id }]) => measured.has(id) && !otherFigures.has(key));
  return [...whole, ...single.map(([, { id, figure }]) => `${id}: ${figure.name}`)];
}

/** Each figure is held against the goal of its own time. */
function compareGoals(before: Figure, after: Figure): Change['goal'] {
  const [wasMet, met] = [isMet(before), isMet(after)];
  if (met === undefined) return undefined;
  if (wasMet === undefined || wasMet === met) return met ? 'met' : 'missed';
  return met ? 'newly met' : 'newly missed';
}

function differencesOf(then: Results, now: Results): string[] {
  const found: string[] = [];
  const differ = (what: string, before: unknown, after: unknown): void => {
    if (before !== after) found.push(`${what}: ${String(before)} then, ${String(after)} now`);
  };
  differ('quick', then.quick, now.quick);
  differ('samples', then.samples, now.samples);
  for (const field of Object.keys(now.machine) as (keyof Results['machine'])[])
    if (field !== 'load') differ(field, then.machine[field], now.machine[field]);
  return found;
}

export function describeComparison(
  { changes, onlyThen, onlyNow, differences }: Comparison,
  { at }: Pick<Results, 'at'>,
): string {
  const rows = changes.map(({ id, before, after, goal }) => [
    id,
    after.name,
    showValue(before),
    showValue(after),
    after.unit,
    percent(before.value, after.value),
    goalCell(goal, after),
  ]);
  const lost = changes.filter(({ goal }) => goal === 'newly missed').length;
  const sections = [
    `compared with ${at}`,
    ...differences.map((difference) => `  differs: ${difference}`),
    rows.length === 0
      ? 'No figure stands on both sides.'
      : table([['', 'figure', 'then', 'now', 'unit', 'change', 'goal'], ...rows]),
    ...onlyThen.map((name) => `only then: ${name}`),
    ...onlyNow.map((name) => `only now: ${name}`),
    `${lost} goals that were met are missed now`,
  ];
  return sections.join('\n');
}

function goalCell(goal: Change['goal'], now: Figure): string {
  if (goal === undefined) return '';
  const limit = `≤ ${now.goal}`;
  if (goal === 'newly missed') return `${limit} MISSED NOW, was met`;
  return `${limit} ${goal === 'missed' ? 'MISSED' : goal}`;
}

function percent(then: number, now: number): string {
  if (then === 0) return now === 0 ? '0 %' : 'from 0';
  const change = (now / then - 1) * 100;
  return `${change > 0 ? '+' : ''}${change.toFixed(1)} %`;
}
