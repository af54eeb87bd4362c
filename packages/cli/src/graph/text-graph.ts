import { tableLines } from '../view/table.ts';
import type { Paint } from '../view/colour.ts';
import { colourOfStatus } from '../view/status-colour.ts';
import { count, harmless } from '../view/text.ts';
import { edgeLabel, levelsOf } from './phase-graph.ts';
import type { GraphPhase, PhaseGraph } from './phase-graph.ts';

export interface TextGraphOptions {
  readonly columns?: number | undefined;
  readonly paint: Paint;
}

/** A table in the order in which phases can start: those of one level don't wait for each other. */
export function textGraph({ workflow, run, phases }: PhaseGraph, { columns, paint }: TextGraphOptions): string {
  const levels = levelsOf(phases);
  const order = phases.map((_, index) => index).toSorted((a, b) => (levels[a] ?? 0) - (levels[b] ?? 0) || a - b);
  const words = (index: number): string[] => {
    const { name, state } = phases[index] as GraphPhase;
    return [
      ...(state === undefined ? [] : [state.word]),
      String((levels[index] ?? 0) + 1),
      harmless(name),
      needsOf(index, phases),
    ];
  };
  const titles = [...(run === undefined ? [] : ['STATUS']), 'LEVEL', 'PHASE', 'AFTER'];
  const lines = tableLines([titles, ...order.map(words)], {
    columns,
    shrinks: run === undefined ? 1 : 2,
    paint,
    colourOf: (row) => {
      const state = phases[order[row - 1] ?? -1]?.state;
      return state === undefined ? undefined : colourOfStatus(state.status, state);
    },
  });
  const what = run === undefined ? '' : `, run ${harmless(run.runId)}: ${run.status}`;
  return `${[`${harmless(workflow)}${what}, ${count(phases.length, 'phase')}`, '', ...lines].join('\n')}\n`;
}

function needsOf(index: number, phases: readonly GraphPhase[]): string {
  const { needs, after } = phases[index] as GraphPhase;
  const label = edgeLabel(after);
  const names = needs.map((need) => harmless(phases[need]?.name ?? '')).join(', ');
  return label === undefined || names === '' ? names : `${names} (${label})`;
}
